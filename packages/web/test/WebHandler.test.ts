import { assert, describe, it } from "@effect/vitest"
import * as WebApplication from "@le-auth/web/WebApplication"
import * as WebSignIn from "@le-auth/web/WebSignIn"
import * as Redaction from "@le-auth/core/Redaction"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import { inspect } from "node:util"
import { type Options, scenario, services } from "./Application.ts"
import { Browser } from "./Browser.ts"

const hello = HttpRouter.add(
  "GET",
  "/hello",
  Effect.orDie(
    Effect.map(WebApplication.currentSession, (session) =>
      HttpServerResponse.text(Option.isSome(session) ? String(session.value.key.subject) : "nobody")
    )
  )
)

const cookieOf = (browser: Browser) => ({
  headers: { cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ") }
})

describe("toWebHandler", () => {
  for (const mode of [{}, { stateless: {} }] satisfies ReadonlyArray<Options>) {
    scenario(
      `tells who is signed in, and carries routes of the application's own${"stateless" in mode ? " (stateless)" : ""}`,
      [{ ...mode, routes: hello }],
      async (web) => {
        await web.ready
        const mine = web.browser()
        assert.deepStrictEqual(await web.session(new Request("https://app.example/")), { signedIn: false })
        assert.strictEqual(await (await mine.send("/hello")).text(), "nobody")
        await mine.signIn()
        const view = await web.session(new Request("https://app.example/", cookieOf(mine)))
        assert.deepInclude({ ...view }, { signedIn: true })
        assert.notInclude(JSON.stringify(view), "planted")
        assert.strictEqual(await (await mine.send("/hello")).text(), "3552833710")
        assert.strictEqual((await mine.send("/nowhere")).status, 404)
      }
    )
  }

  it.live("builds its layer once, and releases it once", () =>
    Effect.promise(async () => {
      const events: Array<string> = []
      const web = WebSignIn.toWebHandler(
        Layer.merge(
          services({}),
          Layer.effectDiscard(
            Effect.acquireRelease(
              Effect.sync(() => void events.push("built")),
              () => Effect.sync(() => void events.push("released"))
            )
          )
        )
      )
      await web.ready
      await new Browser(web.handler).signIn()
      await web.session(new Request("https://app.example/"))
      assert.deepStrictEqual(events, ["built"])
      await web.dispose()
      assert.deepStrictEqual(events, ["built", "released"])
    })
  )

  it.live("H1: a route that breaks is answered with 500, and the log says which and why, without the query", () =>
    Effect.promise(async () => {
      const logged: Array<string> = []
      const logger = Logger.layer([Logger.map(Logger.formatLogFmt, (line) => void logged.push(line))])
      const broken = HttpRouter.add("GET", "/broken", Effect.die(new Error("the pool is gone")))
      const web = WebSignIn.toWebHandler(Layer.provideMerge(services({}), logger), { routes: broken })
      assert.strictEqual((await web.handler(new Request("https://app.example/broken?code=planted"))).status, 500)
      assert.strictEqual((await web.handler(new Request("https://app.example/nowhere?code=planted"))).status, 404)
      const errors = logged.filter((line) => line.includes("level=ERROR"))
      assert.lengthOf(errors, 1)
      assert.match(errors[0]!, /GET \/broken was answered with 500.*the pool is gone/s)
      assert.notInclude(logged.join(), "planted")
      await web.dispose()
    })
  )

  it.live("a layer that cannot be built is an error at the start and at each request, not a crash", () =>
    Effect.promise(async () => {
      const web = WebSignIn.toWebHandler(services({ web: { frameAncestors: ["*"] } }))
      const reason = (promise: Promise<unknown>) =>
        promise.then(
          () => "resolved",
          (error: { readonly _tag?: string }) => error._tag
        )
      assert.strictEqual(await reason(web.ready), "EmbeddingRefused")
      assert.strictEqual(await reason(web.handler(new Request("https://app.example/login"))), "EmbeddingRefused")
      assert.strictEqual(await reason(web.session(new Request("https://app.example/"))), "EmbeddingRefused")
      await web.dispose()
    })
  )

  it.live("H1, H2: spans and logs of a whole sign-in hold no code, state, cookie or token", () =>
    Effect.promise(async () => {
      for (const mode of [{}, { stateless: {} }] satisfies ReadonlyArray<Options>) {
        const spans: Array<Tracer.NativeSpan> = []
        const tracer = Tracer.make({
          span: (options) => {
            const span = new Tracer.NativeSpan(options)
            spans.push(span)
            return span
          }
        })
        const web = WebSignIn.toWebHandler(Layer.merge(services(mode), Layer.succeed(Tracer.Tracer, tracer)))
        const mine = new Browser(web.handler)
        const login = await mine.send("/login?returnTo=/inbox")
        const state = new URL(login.headers.get("location")!).searchParams.get("state")!
        const held = [...mine.cookies.values()]
        await mine.send(`/callback?code=planted-code&state=${state}`, {
          headers: { referer: `https://x/?state=${state}` }
        })
        await mine.send(`/callback?code=planted-code&state=${state}`)
        await mine.send("/session")
        const shown = inspect(
          // The value of a span that succeeded is its program's, and no exporter sends it.
          spans.map(({ attributes, events, name, status }) => ({
            name,
            attributes: [...attributes],
            events,
            failure: status._tag === "Ended" && status.exit._tag === "Failure" ? status.exit.cause : undefined
          })),
          { depth: 12, maxArrayLength: null, maxStringLength: null }
        )
        assert.include(shown, "/callback")
        for (const secret of ["planted", state, ...held, ...mine.cookies.values()]) {
          assert.notInclude(shown, secret)
        }
        await web.dispose()
      }
    })
  )

  it.live("H2: whatever serves the routes, over fetch too, no span shows the value of a name that is secret", () =>
    Effect.promise(async () => {
      const spans: Array<Tracer.NativeSpan> = []
      const tracer = Tracer.make({
        span: (options) => {
          const span = new Tracer.NativeSpan(options)
          spans.push(span)
          return span
        }
      })
      // Sends on what it was asked, over a client that knows no names by itself.
      const relay = HttpRouter.add(
        "GET",
        "/relay",
        Effect.gen(function* () {
          const request = yield* HttpServerRequest.HttpServerRequest
          const query = new URL(request.url, "https://app.example").search
          const client = yield* HttpClient.HttpClient
          yield* Effect.orDie(client.get(`https://api.example/${query}`, { headers: request.headers }))
          return HttpServerResponse.empty()
        }).pipe(Effect.provide(FetchHttpClient.layer))
      )
      const fetched: Array<string> = []
      const fetch = Layer.succeed(FetchHttpClient.Fetch, async (input) => {
        fetched.push(String(input))
        return new Response(null, { headers: { location: "https://x/?code=planted-location" } })
      })
      const context = Layer.mergeAll(services({}), fetch, Layer.succeed(Tracer.Tracer, tracer))
      const handler = WebSignIn.toWebHandler(context, { routes: relay })
      const layer = HttpRouter.toWebHandler(Layer.merge(WebSignIn.layer, relay).pipe(Layer.provideMerge(context)), {
        disableLogger: true
      })
      const query = Redaction.secretParameters.map((name) => `${name}=planted-${name}`).join("&")
      const headers = { location: "planted-location", referer: "https://x/?code=planted-referer" }
      for (const serve of [handler.handler, (request: Request) => layer.handler(request)]) {
        fetched.length = 0
        for (const path of ["/relay", "/login", "/callback", "/session", "/nowhere"]) {
          await serve(new Request(`https://app.example${path}?${query}&kept=visible`, { headers }))
        }
        assert.include(fetched.join(), "planted-client_secret")
        const shown = spans.splice(0).map(({ attributes }) => inspect([...attributes], { maxArrayLength: null }))
        assert.isAbove(shown.length, 6)
        assert.include(shown.join(), "visible")
        for (const attributes of shown) assert.notInclude(attributes, "planted")
      }
      await handler.dispose()
      await layer.dispose()
    })
  )
})
