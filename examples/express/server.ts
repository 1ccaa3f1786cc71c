import { isLeAuthError } from "@le-auth/server"
import express, { type NextFunction, type Request, type Response } from "express"
import { auth } from "./auth.ts"
import { page } from "./page.ts"

const app = express()

// Before express.json(): a body can be read once.
app.use(auth.nodeHandler)
app.use(express.json())

app.get("/", async (request, response) => {
  response.send(page(await auth.session(request)))
})

app.get("/api/me", async (request, response) => {
  response.json(await auth.session(request))
})

app.get("/api/users", async (request, response) => {
  const path = "/api/account/{account}/configuration/le-users/users?v=6.0"
  const answer = await auth.callApi(request, "accountConfigReadOnly", path)
  response
    .status(answer.status)
    .type("json")
    .send(await answer.text())
})

app.post("/api/search", async (request, response) => {
  const path = "/messaging_history/api/account/{account}/conversations/search"
  const answer = await auth.callApi(request, "msgHist", path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request.body)
  })
  response
    .status(answer.status)
    .type("json")
    .send(await answer.text())
})

// Such as `NotSignedIn`, which is a 401.
app.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
  if (!isLeAuthError(error)) return next(error)
  response.status(error.status).json({ error: error._tag, message: error.message })
})

await auth.ready
app.listen(Number(process.env["PORT"] ?? 3000))
