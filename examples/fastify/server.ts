import { isLeAuthError } from "@le-auth/server"
import { fastify } from "fastify"
import { auth } from "./auth.ts"
import { page } from "./page.ts"

const app = fastify()

// It comes before the parsers of bodies: a body can be read once.
app.addHook("onRequest", (request, reply, done) => auth.nodeHandler(request.raw, reply.raw, done))

app.get("/", async (request, reply) => reply.type("text/html").send(page(await auth.session(request))))

app.get("/api/me", (request) => auth.session(request))

app.get("/api/users", (request) =>
  auth.callApi(request, "accountConfigReadOnly", "/api/account/{account}/configuration/le-users/users?v=6.0")
)

app.post("/api/search", (request) =>
  auth.callApi(request, "msgHist", "/messaging_history/api/account/{account}/conversations/search", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request.body)
  })
)

// Such as `NotSignedIn`, which is a 401.
app.setErrorHandler((error, _request, reply) => {
  if (!isLeAuthError(error)) throw error
  return reply.code(error.status).send({ error: error._tag, message: error.message })
})

await auth.ready
await app.listen({ port: Number(process.env["PORT"] ?? 3000) })
