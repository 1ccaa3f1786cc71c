import * as NodeServe from "@le-auth/node/NodeServe"
import { fastify } from "fastify"
import { page } from "./page.ts"
import { signIn } from "./signIn.ts"

const app = fastify()

app.get("/", async (request, reply) => {
  const session = await signIn.session(
    new Request("http://localhost", { headers: { cookie: request.headers.cookie ?? "" } })
  )
  return reply.type("text/html").send(page(session))
})

// A plugin of its own, since it leaves bodies unread. Your other routes keep Fastify's parsers.
app.register((plugin) => {
  const listener = NodeServe.toNodeHandler(signIn)
  plugin.removeAllContentTypeParsers()
  plugin.addContentTypeParser("*", (_request, _body, done) => done(null))
  plugin.all("/*", (request, reply) => {
    reply.hijack()
    listener(request.raw, reply.raw)
  })
})

await signIn.ready
await app.listen({ port: Number(process.env["PORT"] ?? 3000) })
