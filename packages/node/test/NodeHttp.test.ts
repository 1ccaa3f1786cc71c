import { assert, describe, it } from "@effect/vitest"
import * as Redaction from "@le-auth/core/Redaction"
import * as NodeHttp from "@le-auth/node/NodeHttp"
import * as Effect from "effect/Effect"
import * as Headers from "effect/http/Headers"
import * as HttpClient from "effect/http/HttpClient"
import * as UrlParams from "effect/http/UrlParams"
import * as Tracer from "effect/Tracer"
import { inspect } from "node:util"
import { fakeSentinel } from "./FakeSentinel.ts"

describe("NodeHttp.layer", () => {
  it.effect("D5: a redirect is given back, not followed", () =>
    Effect.gen(function* () {
      const { origin } = yield* fakeSentinel
      const response = yield* HttpClient.get(`${origin}/redirect`)
      assert.strictEqual(response.status, 302)
      assert.strictEqual(response.headers["location"], "/elsewhere")
    }).pipe(Effect.provide(NodeHttp.layer))
  )

  it.effect("H2: OAuth parameters are hidden in spans, errors and inspect output", () =>
    Effect.gen(function* () {
      const spans: Array<Tracer.Span> = []
      const tracer = Tracer.make({
        span: (options) => {
          const span = new Tracer.NativeSpan(options)
          spans.push(span)
          return span
        }
      })
      const query = Redaction.secretParameters.map((name) => `${name}=planted-${name}`).join("&")
      const error = yield* HttpClient.get(`http://127.0.0.1:1/callback?${query}&kept=visible`, {
        headers: { location: "planted-location" }
      }).pipe(Effect.flip, Effect.withTracer(tracer))
      const everything = [
        error.message,
        inspect(error, { depth: 10 }),
        JSON.stringify(error),
        ...spans.map((span) => inspect([...span.attributes]))
      ].join("\n")
      assert.isAbove(spans.length, 0)
      assert.include(everything, "visible")
      assert.notInclude(everything, "planted")
    }).pipe(Effect.provide(NodeHttp.layer))
  )

  it.effect("H2: the names that a program hides already stay hidden", () =>
    Effect.gen(function* () {
      const parameters = yield* UrlParams.CurrentRedactedNames
      const headers = yield* Headers.CurrentRedactedNames
      assert.includeMembers([...parameters], ["mine", "code", "client_secret"])
      assert.includeMembers([...headers], ["authorization", "location", "state"])
    }).pipe(Effect.provide(Redaction.layer), Effect.provideService(UrlParams.CurrentRedactedNames, ["mine"]))
  )
})
