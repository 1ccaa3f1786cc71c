import { assert, describe, it } from "@effect/vitest"
import * as BrowserHttp from "@le-auth/browser/BrowserHttp"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Tracer from "effect/Tracer"
import { afterEach, vi } from "vitest"
import { json, open, opaqueRedirect } from "../../page/test/FakePage.ts"

afterEach(() => void vi.unstubAllGlobals())

describe("BrowserHttp.layer", () => {
  it.effect(
    "G2: cookies stay on the page's origin, no trace header goes out, a redirect is an answer with status 0",
    () => {
      const page = open("https://app.example/")
      page.answer = ({ url }) => (url.endsWith("/moved") ? opaqueRedirect : json({ ok: true }))
      return Effect.gen(function* () {
        const answer = yield* HttpClient.get("https://app.example/api")
        assert.deepStrictEqual(yield* answer.json, { ok: true })
        const { header, init } = page.requests[0]!
        assert.deepInclude(init, { credentials: "same-origin", redirect: "manual", cache: "no-store" })
        assert.isNull(header("traceparent"))
        assert.isNull(header("b3"))
        assert.strictEqual((yield* HttpClient.get("https://app.example/moved")).status, 0)
      }).pipe(Effect.provide(BrowserHttp.layer))
    }
  )

  it.effect("H2: what is secret in an address does not show in a span", () => {
    const page = open("https://app.example/")
    page.answer = () => json({})
    const spans: Array<Tracer.Span> = []
    const tracer = Tracer.make({
      span: (options) => {
        const span = new Tracer.NativeSpan(options)
        spans.push(span)
        return span
      }
    })
    return HttpClient.get("https://app.example/callback", {
      urlParams: { code: "planted-1", state: "planted-2", access_token: "planted-3", tab: "shown" }
    }).pipe(
      Effect.provide(BrowserHttp.layer),
      Effect.withTracer(tracer),
      Effect.map(() => {
        const everything = JSON.stringify(spans.map((span) => [...span.attributes]))
        assert.include(everything, "shown")
        assert.notInclude(everything, "planted")
      })
    )
  })
})
