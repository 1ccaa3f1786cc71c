import { createLeAuth, isLeAuthError } from "@le-auth/server"
import express from "express"
import session from "express-session"
import passport from "passport"
import { store } from "./store.js"

const auth = createLeAuth()

passport.serializeUser((user, done) => done(null, user))
passport.deserializeUser((user, done) => done(null, user))

const app = express()
// It answers /auth/login and /auth/callback, so no new session of passport begins.
app.use(auth.nodeHandler)
app.use(session({ store, secret: process.env.SESSION_SECRET, resave: false, saveUninitialized: false }))
app.use(passport.session())

// A user of le-auth comes first. All others still have the session that passport made for them.
app.use(async (req, res, next) => {
  const user = await auth.session(req)
  if (user.signedIn) req.user = { id: user.subject, isAdmin: user.isAdmin }
  next()
})

// The old token is used and not refreshed: when it ends, the user signs in again, with le-auth.
const callLivePerson = async (req, service, path) => {
  const token = req.user.accessToken
  if (token === undefined) return auth.callApi(req, service, path)
  const origin = await auth.serviceOrigin(process.env.LE_AUTH_ACCOUNT_ID, service)
  const address = origin + path.replace("{account}", process.env.LE_AUTH_ACCOUNT_ID)
  return fetch(address, { headers: { authorization: `Bearer ${token}` }, redirect: "error" })
}

app.get("/", (req, res) => {
  res.send(req.user ? `Hello ${req.user.id}` : '<a href="/auth/login">Sign in</a>')
})

app.get("/api/me", async (req, res) => {
  if (!req.user) return res.status(401).json({ message: "Sign in first" })
  const users = "/api/account/{account}/configuration/le-users/users"
  const response = await callLivePerson(req, "accountConfigReadOnly", `${users}/${req.user.id}?v=6.0`)
  res.status(response.status).json(await response.json())
})

app.use((error, req, res, next) => {
  if (!isLeAuthError(error)) return next(error)
  res.status(error.status).json({ message: error.message, signIn: error.startAgain })
})

app.listen(process.env.PORT ?? 3000)
