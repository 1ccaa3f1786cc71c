import { assert, describe, it } from "@effect/vitest"
import type * as WebSignIn from "@le-auth/web/WebSignIn"
import type * as Layer from "effect/Layer"
import { createServer, type RequestListener, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { toNodeHandler } from "srvx/node"
import * as HonoExample from "../examples/hono.ts"
import { type Options, services } from "./Application.ts"
import { Browser, post } from "./Browser.ts"

const listen = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))
  return (server.address() as AddressInfo).port
}

/** A real browser's part: requests over a socket, redirects seen one by one. */
// @effect-diagnostics-next-line globalFetch:off
const overSocket = (request: Request): Promise<Response> => fetch(request, { redirect: "manual" })

interface Running {
  readonly server: Server
  readonly dispose: () => Promise<void>
}

const examples: Record<string, (services: Layer.Layer<WebSignIn.Services, unknown>) => Running> = {
  Hono: (services) => {
    const { dispose, fetch } = HonoExample.make(services)
    return { dispose, server: createServer(toNodeHandler(fetch) as RequestListener) }
  }
}

describe("the examples", () => {
  for (const [name, make] of Object.entries(examples)) {
    for (const mode of ["with memory", "stateless"] as const) {
      it(`${name}, ${mode}: signs in and out over a loopback port`, async () => {
        // The port has to be known for the redirect URI before the example is made.
        const probe = createServer()
        const port = await listen(probe)
        await new Promise((resolve) => probe.close(resolve))
        const origin = `http://127.0.0.1:${port}`
        const options: Options = {
          redirectUri: `${origin}/callback`,
          ...(mode === "stateless" ? { stateless: {} } : {})
        }
        const { dispose, server } = make(services(options))
        await new Promise<void>((resolve) => void server.listen(port, "127.0.0.1", resolve))
        try {
          const mine = new Browser(overSocket, origin)
          const home = async () => (await mine.send("/")).text()
          assert.strictEqual(await home(), "Hello stranger")
          const back = await mine.signIn("?returnTo=/?welcome")
          assert.strictEqual(back.status, 303)
          assert.strictEqual(back.headers.get("location"), "/?welcome")
          assert.strictEqual(await home(), "Hello 3552833710")
          assert.strictEqual((await mine.session()).signedIn, true)
          assert.strictEqual((await mine.send("/session/refresh", post())).status, 200)
          assert.strictEqual((await mine.send("/nowhere")).status, 404)
          assert.strictEqual((await mine.send("/sign-out", post())).status, 204)
          assert.strictEqual(mine.cookies.size, 0)
          assert.strictEqual(await home(), "Hello stranger")
        } finally {
          await new Promise((resolve) => server.close(resolve))
          await dispose()
        }
      })
    }
  }
})
