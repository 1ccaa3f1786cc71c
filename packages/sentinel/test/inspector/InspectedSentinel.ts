/** A Sentinel with its inspector on sockets, and a real browser that signs users in and looks at the page. */
// @effect-diagnostics globalFetch:off
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert } from "@effect/vitest"
import type * as Control from "@le-auth/sentinel/Control"
import * as ControlServer from "@le-auth/sentinel/ControlServer"
import * as Sentinel from "@le-auth/sentinel/Sentinel"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as NetAddress from "effect/net/NetAddress"
import { createServer } from "node:http"
import type { Browser, Page } from "playwright-core"

export const account = "/sentinel/api/account/12345678"
export const clientId = "11111111-1111-4111-8111-111111111111"
export const redirectUri = "http://localhost:3000/callback"

export interface Addresses {
  readonly sentinel: string
  readonly inspector: string
}

/** Listens until the scope ends. */
export const listen = Effect.fnUntraced(function* <E>(services: Layer.Layer<Control.Services | Sentinel.Crypto, E>) {
  const provided = Layer.succeedContext(yield* Layer.build(services))
  const node = NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })
  const serve = <E>(server: Layer.Layer<never, E, Layer.Success<typeof node>>) =>
    Effect.map(Layer.build(Layer.fresh(Layer.provideMerge(server, node))), (built) =>
      NetAddress.formatUrlUnsafe(Context.get(built, HttpServer.HttpServer).address)
    )
  const addresses: Addresses = {
    sentinel: yield* serve(Layer.provide(Sentinel.layerServer, provided)),
    inspector: yield* serve(Layer.provide(ControlServer.layer, provided))
  }
  return addresses
})

/** Runs with the inspector open, and sees to it that the page had no error. */
export const inspecting = async (
  browser: Browser,
  { inspector }: Addresses,
  work: (page: Page) => Promise<void>,
  path = "/"
) => {
  const page = await browser.newPage()
  const errors: Array<string> = []
  page.on("pageerror", (error) => errors.push(error.message))
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes("Failed to load resource")) errors.push(message.text())
  })
  try {
    await page.goto(inspector + path)
    await work(page)
    assert.deepStrictEqual(errors, [])
  } finally {
    await page.close()
  }
}

/** A user signs in; gives the code that the application gets. */
export const signIn = async (browser: Browser, { sentinel }: Addresses, state: string): Promise<string> => {
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    const sent = page.waitForRequest((request) => request.url().includes("/callback?"))
    await page.route("**/callback?*", (route) => route.fulfill({ body: "signed in" }))
    const query = new URLSearchParams({
      v: "1.0",
      response_type: "code",
      client_id: clientId,
      redirect_uri: redirectUri,
      state
    })
    await page.goto(`${sentinel}${account}/authorize?${query}`)
    await page.locator("[name=username]").fill("agent@example.com")
    await page.locator("[name=password]").fill("agent")
    await page.locator("[name=password]").press("Enter")
    return new URL((await sent).url()).searchParams.get("code")!
  } finally {
    await context.close()
  }
}

/** The application asks for tokens. */
export const token = async ({ sentinel }: Addresses, parameters: Record<string, string>) => {
  const response = await fetch(`${sentinel}${account}/token?v=1.0`, {
    method: "POST",
    body: new URLSearchParams({ client_id: clientId, client_secret: "development-only-secret", ...parameters })
  })
  const text = await response.text()
  const answer = (text.startsWith("{") ? JSON.parse(text) : {}) as Record<string, string | undefined>
  return { response, answer }
}
