import { createLeAuth, isLeAuthError } from "@le-auth/server"
import escapeHtml from "escape-html"
import express, { type NextFunction, type Request, type Response } from "express"

/** The application, with its settings from an environment such as `process.env`. */
export function createApp(env: Record<string, string | undefined>) {
  const auth = createLeAuth({ env })
  const app = express()
  app.use(auth.nodeHandler)

  app.get("/", async (request, response) => {
    const session = await auth.session(request)
    response.send(
      session.signedIn
        ? `<h1>Hello ${escapeHtml(session.subject)}</h1> <a href="/api/users">All users</a>`
        : `<h1>Hello stranger</h1> <a href="/auth/login">Sign in</a>`
    )
  })

  app.get("/api/users", async (request, response) => {
    const path = "/api/account/{account}/configuration/le-users/users?v=6.0"
    const answer = await auth.callApi(request, "accountConfigReadOnly", path)
    response
      .status(answer.status)
      .type("json")
      .send(await answer.text())
  })

  app.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
    if (!isLeAuthError(error)) return next(error)
    response.status(error.status).json({ error: error._tag, message: error.message })
  })

  return { app, auth }
}
