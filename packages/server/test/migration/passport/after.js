import { createLeAuth, isLeAuthError } from "@le-auth/server"
import express from "express"

const auth = createLeAuth()

const app = express()
app.use(auth.nodeHandler)

// For the routes and templates that look at req.user.
app.use(async (req, res, next) => {
  const user = await auth.session(req)
  req.user = user.signedIn ? { id: user.subject, isAdmin: user.isAdmin } : undefined
  next()
})

// Forms that post to the old address go on working.
app.post("/auth/logout", (req, res) => res.redirect(307, "/auth/sign-out"))

app.get("/", (req, res) => {
  res.send(req.user ? `Hello ${req.user.id}` : '<a href="/auth/login">Sign in</a>')
})

app.get("/api/me", async (req, res) => {
  if (!req.user) return res.status(401).json({ message: "Sign in first" })
  const users = "/api/account/{account}/configuration/le-users/users"
  const response = await auth.callApi(req, "accountConfigReadOnly", `${users}/${req.user.id}?v=6.0`)
  res.status(response.status).json(await response.json())
})

app.use((error, req, res, next) => {
  if (!isLeAuthError(error)) return next(error)
  res.status(error.status).json({ message: error.message, signIn: error.startAgain })
})

app.listen(process.env.PORT ?? 3000)
