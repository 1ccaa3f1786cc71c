/** Servers that are not le-auth's, as browsers show them to a page: no fake knows what a redirect looks like there. */
import { assert, describe, it } from "@effect/vitest"
import { once } from "node:events"
import { createServer, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import type { Browser } from "puppeteer-core"
import { afterAll, beforeAll } from "vitest"
import { bundle } from "../bundle.ts"
import type { Calls } from "../fixture/foreignPage.ts"
import { inEachBrowser } from "./each.ts"
import { until } from "./Person.ts"

const html = "<!doctype html><title>Another</title>"

const backends: Readonly<Record<string, { readonly status: number; readonly answer: (to: ServerResponse) => void }>> = {
  "knows none of the routes": {
    status: 404,
    answer: (to) => to.writeHead(404, { "content-type": "text/html" }).end(html)
  },
  "knows none of the routes, and says so in JSON": {
    status: 404,
    answer: (to) => to.writeHead(404, { "content-type": "application/json" }).end(`{"error":"Not Found"}`)
  },
  "answers all with its page": {
    status: 200,
    answer: (to) => to.writeHead(200, { "content-type": "text/html" }).end(html)
  },
  "sends all to a login page": { status: 0, answer: (to) => to.writeHead(302, { location: "/proxy/login" }).end() },
  "answers with JSON of another shape": {
    status: 200,
    answer: (to) => to.writeHead(200, { "content-type": "application/json" }).end(`{"signedIn":true,"user":1}`)
  },
  "answers with nothing": { status: 204, answer: (to) => to.writeHead(204).end() }
}

inEachBrowser(({ launch }) => {
  let browser: Browser
  let server: Server
  let origin: string
  let answer: (to: ServerResponse) => void

  beforeAll(async () => {
    const { code } = await bundle("foreignPage.ts")
    server = createServer(({ url }, response) => {
      if (url === "/page")
        response.setHeader("content-type", "text/html").end(`${html}<script type="module" src="/page.js"></script>`)
      else if (url === "/page.js") response.setHeader("content-type", "text/javascript").end(code)
      else if (url === "/proxy/login") response.setHeader("content-type", "text/html").end(html)
      else answer(response)
    }).listen(0, "127.0.0.1")
    await once(server, "listening")
    origin = `http://localhost:${(server.address() as AddressInfo).port}`
    browser = await launch()
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    server?.closeAllConnections()
    server?.close()
  })

  describe("no function believes a backend that", () => {
    for (const [what, backend] of Object.entries(backends)) {
      it(`G8: ${what}`, async () => {
        answer = backend.answer
        const page = await browser.newPage()
        await page.goto(`${origin}/page`)
        await until("the page's program", () => page.evaluate(() => ("calls" in globalThis ? true : undefined)))
        const results = await page.evaluate(async () => {
          const { calls } = globalThis as unknown as { calls: Calls }
          const found: Array<[string, { readonly _tag: string; readonly reason?: string; readonly status?: number }]> =
            []
          for (const [name, call] of Object.entries(calls)) found.push([name, await call()])
          return found
        })
        await page.close()
        assert.lengthOf(results, 8)
        for (const [name, result] of results) {
          assert.deepInclude(result, { _tag: "Unavailable", reason: "BadAnswer", status: backend.status }, name)
        }
      })
    }
  })
})
