import * as NodeServe from "@le-auth/node/NodeServe"
import express from "express"
import { page } from "./page.ts"
import { signIn } from "./signIn.ts"

const app = express()

app.get("/", async (request, response) => {
  const session = await signIn.session(
    new Request("http://localhost", { headers: { cookie: request.headers.cookie ?? "" } })
  )
  response.send(page(session))
})

// After your own routes, and before a parser of bodies for all routes, such as express.json().
app.use(NodeServe.toNodeHandler(signIn))

app.listen(Number(process.env["PORT"] ?? 3000))
await signIn.ready
