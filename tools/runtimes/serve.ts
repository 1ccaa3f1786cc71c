// The application on Node, Bun and Deno, by the server that each of them has: `serve.ts COMPOSITION PORT`. Says on
// stdout that it listens.
import { make, type Composition } from "./application.ts"

const compositions: Record<string, () => Promise<Composition>> = {
  FetchSignIn: async () => ({
    signIn: (await import("@le-auth/core/FetchSignIn")).layerServer,
    seal: (await import("@le-auth/core/Seal")).layerWebCrypto
  }),
  NodeServerSignIn: async () => ({
    signIn: (await import("@le-auth/node/NodeServerSignIn")).layerServer,
    seal: (await import("@le-auth/node/NodeCrypto")).layerSeal
  })
}

const [name = "", port] = process.argv.slice(2)
const composition = compositions[name]
if (composition === undefined) throw new Error(`Nothing is called ${name}`)
const application = make(await composition(), process.env)
await application.ready

/** The servers of Bun and of Deno, as far as they are used here. */
type Fetch = (request: Request) => Promise<Response>
const { Bun, Deno } = globalThis as {
  Bun?: { serve: (options: object) => void }
  Deno?: { serve: (options: object, fetch: Fetch) => void }
}
const at = { port: Number(port), hostname: "127.0.0.1" }
if (Bun !== undefined) Bun.serve({ ...at, fetch: application.handler })
else if (Deno !== undefined) Deno.serve({ ...at, onListen: () => {} }, application.handler)
else {
  const [{ createServer }, { toNodeHandler }] = await Promise.all([
    import("node:http"),
    import("@le-auth/node/NodeServe")
  ])
  const server = createServer(toNodeHandler(application))
  await new Promise((resolve) => server.listen(at.port, at.hostname, () => resolve(undefined)))
}
console.log("listening")
