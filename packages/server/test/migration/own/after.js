import { createLeAuth, isLeAuthError } from "@le-auth/server"
import express from "express"

const auth = createLeAuth()

const app = express()
app.use(auth.nodeHandler)

// Links and bookmarks to the old address go on working.
app.get("/login", (req, res) => res.redirect(auth.loginPath({ returnTo: "/" })))

const signOut = '<form method="post" action="/auth/sign-out"><button>Sign out</button></form>'

app.get("/", async (req, res) => {
  const user = await auth.session(req)
  res.send(user.signedIn ? `Hello ${user.subject} ${signOut}` : '<a href="/login">Sign in</a>')
})

app.get("/api/me", async (req, res) => {
  const user = await auth.session(req)
  if (!user.signedIn) return res.redirect(auth.loginPath({ returnTo: "/" }))
  const users = "/api/account/{account}/configuration/le-users/users"
  const response = await auth.callApi(req, "accountConfigReadOnly", `${users}/${user.subject}?v=6.0`)
  res.status(response.status).json(await response.json())
})

app.use((error, req, res, next) => {
  if (!isLeAuthError(error)) return next(error)
  res.status(error.status).json({ message: error.message, signIn: error.startAgain })
})

app.listen(process.env.PORT ?? 3000)
