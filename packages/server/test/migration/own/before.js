import express from "express"
import session from "express-session"

const account = process.env.LP_ACCOUNT
const clientId = process.env.LP_CLIENT_ID
const clientSecret = process.env.LP_CLIENT_SECRET
const callback = process.env.LP_CALLBACK_URL
const base = `${process.env.LP_SENTINEL}/sentinel/api/account/${account}` // https://va.sentinel.liveperson.net
const api = process.env.LP_API // https://z1.acr.liveperson.net

const token = async (fields) => {
  const response = await fetch(`${base}/token?v=1.0`, {
    method: "POST",
    body: new URLSearchParams({ client_id: clientId, client_secret: clientSecret, ...fields })
  })
  const body = await response.json()
  console.log("token response", response.status, body)
  if (!response.ok) throw new Error(`token request: ${response.status}`)
  return body
}

const app = express()
app.use(session({ secret: process.env.SESSION_SECRET, resave: false, saveUninitialized: false }))

app.get("/login", (req, res) => {
  const state = account
  res.redirect(
    `${base}/authorize?v=1.0&response_type=code&client_id=${clientId}&redirect_uri=${callback}&state=${state}`
  )
})

app.get("/callback", async (req, res) => {
  const { code, state } = req.query
  if (state !== account) return res.status(400).send("wrong account")
  const tokens = await token({ grant_type: "authorization_code", code, redirect_uri: callback })
  const claims = JSON.parse(Buffer.from(tokens.id_token.split(".")[1], "base64url").toString())
  req.session.user = { id: claims.sub, isAdmin: claims.is_admin }
  req.session.tokens = tokens
  res.redirect("/")
})

app.get("/logout", async (req, res) => {
  await fetch(`${base}/token/revoke?v=1.0`, {
    method: "POST",
    body: new URLSearchParams({
      client_id: clientId,
      client_secret: clientSecret,
      token: req.session.tokens.refresh_token
    })
  })
  req.session.destroy(() => res.redirect("/"))
})

const callLivePerson = async (req, path) => {
  const send = () => fetch(api + path, { headers: { authorization: `Bearer ${req.session.tokens.access_token}` } })
  const response = await send()
  if (response.status !== 401) return response
  req.session.tokens = await token({ grant_type: "refresh_token", refresh_token: req.session.tokens.refresh_token })
  return send()
}

app.get("/", (req, res) => {
  const { user } = req.session
  res.send(user ? `Hello ${user.id} <a href="/logout">Sign out</a>` : '<a href="/login">Sign in</a>')
})

app.get("/api/me", async (req, res) => {
  const { user } = req.session
  if (!user) return res.redirect("/login")
  const response = await callLivePerson(req, `/api/account/${account}/configuration/le-users/users/${user.id}?v=6.0`)
  res.status(response.status).json(await response.json())
})

app.listen(process.env.PORT ?? 3000)
