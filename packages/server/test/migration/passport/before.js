import express from "express"
import session from "express-session"
import passport from "passport"
import OAuth2Strategy from "passport-oauth2"
import { store } from "./store.js"

const { LP_ACCOUNT, LP_CLIENT_ID, LP_CLIENT_SECRET, LP_CALLBACK_URL, SESSION_SECRET, PORT = 3000 } = process.env
const sentinel = process.env.LP_SENTINEL // https://va.sentinel.liveperson.net
const api = process.env.LP_API // https://z1.acr.liveperson.net
const base = `${sentinel}/sentinel/api/account/${LP_ACCOUNT}`

const strategy = new OAuth2Strategy(
  {
    authorizationURL: `${base}/authorize?v=1.0`,
    tokenURL: `${base}/token?v=1.0`,
    clientID: LP_CLIENT_ID,
    clientSecret: LP_CLIENT_SECRET,
    callbackURL: LP_CALLBACK_URL
  },
  (accessToken, refreshToken, params, profile, done) => {
    const claims = JSON.parse(Buffer.from(params.id_token.split(".")[1], "base64url").toString())
    done(null, { id: claims.sub, isAdmin: claims.is_admin, accessToken, refreshToken })
  }
)
passport.use(strategy)
passport.serializeUser((user, done) => done(null, user))
passport.deserializeUser((user, done) => done(null, user))

const app = express()
app.use(session({ store, secret: SESSION_SECRET, resave: false, saveUninitialized: false }))
app.use(passport.session())

app.get("/auth/login", passport.authenticate("oauth2"))
app.get("/auth/callback", passport.authenticate("oauth2", { successRedirect: "/", failureRedirect: "/auth/login" }))
app.post("/auth/logout", (req, res, next) => {
  req.logout((error) => (error ? next(error) : res.redirect("/")))
})

const refresh = (user) =>
  new Promise((resolve, reject) => {
    const grant = { grant_type: "refresh_token" }
    strategy._oauth2.getOAuthAccessToken(user.refreshToken, grant, (error, accessToken, refreshToken) => {
      if (error) return reject(error)
      user.accessToken = accessToken
      user.refreshToken = refreshToken
      resolve()
    })
  })

const callLivePerson = async (user, path) => {
  const send = () => fetch(api + path, { headers: { authorization: `Bearer ${user.accessToken}` } })
  const response = await send()
  if (response.status !== 401) return response
  await refresh(user)
  return send()
}

app.get("/", (req, res) => {
  res.send(req.user ? `Hello ${req.user.id}` : '<a href="/auth/login">Sign in</a>')
})

app.get("/api/me", async (req, res) => {
  if (!req.user) return res.status(401).json({ message: "Sign in first" })
  const users = `/api/account/${LP_ACCOUNT}/configuration/le-users/users`
  const response = await callLivePerson(req.user, `${users}/${req.user.id}?v=6.0`)
  res.status(response.status).json(await response.json())
})

app.listen(PORT)
