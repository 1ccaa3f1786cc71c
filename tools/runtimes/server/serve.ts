// The application over `@le-auth/server` on Node, Bun and Deno: `serve.ts SERVER PORT`, over the `node:http` that each
// of them has, or over what is the engine's `own`. Says on stdout that it listens.
import { createServer } from "node:http"
import { createRequire } from "node:module"

import { createLeAuth } from "@le-auth/server"

import { answerOf, api, handlerOf, verbs } from "./application.ts"

// Nest's programs are CommonJS.
const required = createRequire(import.meta.url)("@le-auth/server")
if (typeof required.createLeAuth !== "function") throw new Error("CommonJS gets something else.")

const auth = createLeAuth({ api })
await auth.ready

type Fetch = (request: Request) => Promise<Response>
/** The servers of Bun and of Deno, as far as they are used here. */
const { Bun, Deno } = globalThis as {
  Bun?: { serve: (options: object) => void }
  Deno?: { serve: (options: object, fetch: Fetch) => void }
}
const [which, port] = process.argv.slice(2)
const at = { port: Number(port), hostname: "127.0.0.1" }
if (which === "own" && Bun !== undefined) Bun.serve({ ...at, fetch: handlerOf(auth) })
else if (which === "own" && Deno !== undefined) Deno.serve({ ...at, onListen: () => {} }, handlerOf(auth))
else {
  const server = createServer((request, response) =>
    auth.nodeHandler(request, response, async (error) => {
      if (error !== undefined || request.url !== verbs) return response.writeHead(404).end(String(error ?? ""))
      const answer = await answerOf(auth, request)
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text())
    })
  )
  await new Promise((resolve) => server.listen(at.port, at.hostname, () => resolve(undefined)))
}
console.log("listening")
