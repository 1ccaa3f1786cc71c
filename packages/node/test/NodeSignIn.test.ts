import { assert, describe, it } from "@effect/vitest"
import * as AppInstallations from "@le-auth/core/AppInstallations"
import * as Sessions from "@le-auth/core/Sessions"
import * as NodeSignIn from "@le-auth/node/NodeSignIn"
import * as SystemBrowser from "@le-auth/node/SystemBrowser"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import * as Tracer from "effect/Tracer"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { inspect } from "node:util"
import { callbackOf, type FakeSentinel, fakeSentinel, installation, planted } from "./FakeSentinel.ts"
import { freePort, isOpen } from "./Ports.ts"

const get = (url: string) => Effect.promise(() => fetch(url).then((response) => response.text()))

const browser = (visit: (url: string) => Effect.Effect<unknown>) =>
  Layer.succeed(SystemBrowser.SystemBrowser, { open: (url) => Effect.asVoid(visit(url)) })

/** One sign-in, with a fake Sentinel, a temporary state directory and a browser of the test's. */
const interactive = <A, E, R>(use: (redirectUri: string, sentinel: FakeSentinel) => Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const sentinel = yield* fakeSentinel
    const redirectUri = `http://127.0.0.1:${yield* freePort}/callback`
    const state = yield* Effect.acquireRelease(
      Effect.sync(() => Fs.mkdtempSync(Path.join(Os.tmpdir(), "le-auth-node-"))),
      (path) => Effect.sync(() => Fs.rmSync(path, { recursive: true }))
    )
    return yield* use(redirectUri, sentinel).pipe(
      Effect.provide(Layer.provideMerge(NodeSignIn.layerCli, AppInstallations.layer(installation(redirectUri)))),
      Effect.provideService(
        ConfigProvider.ConfigProvider,
        ConfigProvider.fromEnv({ env: { LE_AUTH_DOMAIN_API: sentinel.origin, XDG_STATE_HOME: state } })
      )
    )
  })

const show = () => Effect.void

describe("NodeSignIn.signIn", () => {
  it.live("sends the browser away, receives the callback, saves the session, and closes the port", () =>
    interactive((redirectUri, sentinel) =>
      Effect.gen(function* () {
        const shown: Array<string> = []
        const done = yield* NodeSignIn.signIn({ show: (url) => Effect.sync(() => void shown.push(url)) }).pipe(
          Effect.provide(browser((url) => get(callbackOf(url))))
        )
        assert.strictEqual(done.session.key.subject, "agent")
        assert.strictEqual(shown.length, 1)
        assert.isFalse(yield* isOpen("127.0.0.1", Number(new URL(redirectUri).port)))
        assert.deepStrictEqual(yield* Sessions.Sessions.use((_) => _.list(done.session.key.accountId)), [
          done.session.key
        ])
        // D3
        assert.strictEqual(new URLSearchParams(sentinel.tokenRequests[0]).get("redirect_uri"), redirectUri)
      })
    )
  )

  it.live("waits on when the browser does not open, and says so", () =>
    interactive(() =>
      Effect.gen(function* () {
        const told: Array<string> = []
        let visit = Effect.void as Effect.Effect<unknown>
        const done = yield* NodeSignIn.signIn({
          show: (url) =>
            Effect.sync(() => {
              visit = get(callbackOf(url))
            }),
          onBrowserError: (error) => Effect.sync(() => told.push(error.reason)).pipe(Effect.andThen(visit))
        }).pipe(
          Effect.provideService(SystemBrowser.SystemBrowser, {
            open: (url) => Effect.fail(new SystemBrowser.BrowserError({ reason: "NoBrowser", url }))
          })
        )
        assert.deepStrictEqual(told, ["NoBrowser"])
        assert.strictEqual(done.session.key.subject, "agent")
      })
    )
  )

  it.live("I5: a callback with a wrong state does not disturb the right one", () =>
    interactive((redirectUri, sentinel) =>
      Effect.gen(function* () {
        const done = yield* NodeSignIn.signIn({ show }).pipe(
          Effect.provide(
            browser((url) =>
              Effect.gen(function* () {
                const right = callbackOf(url)
                for (const wrong of [
                  `${redirectUri}?code=${planted.code}&state=wrong`,
                  `${redirectUri}?code=${planted.code}`,
                  `${right.slice(0, -1)}${right.endsWith("A") ? "B" : "A"}`,
                  `${right}&code=other`,
                  `${right}&error=access_denied`,
                  `${redirectUri}?error=access_denied&state=wrong`
                ]) {
                  assert.include(yield* get(wrong), "This is not the expected sign-in", wrong)
                }
                assert.strictEqual(sentinel.tokenRequests.length, 0)
                yield* get(right)
              })
            )
          )
        )
        assert.strictEqual(done.session.key.subject, "agent")
      })
    )
  )

  it.live("Sentinel's refusal and a failed exchange are typed errors", () =>
    interactive((_, sentinel) =>
      Effect.gen(function* () {
        const denied = yield* NodeSignIn.signIn({ show }).pipe(
          Effect.provide(browser((url) => get(callbackOf(url, "error=access_denied&error_description=No")))),
          Effect.flip
        )
        assert.isTrue(denied._tag === "CallbackError" && denied.reason._tag === "Denied")
        sentinel.tokenStatus = 400
        const spent = yield* NodeSignIn.signIn({ show }).pipe(
          Effect.provide(browser((url) => get(callbackOf(url)))),
          Effect.flip
        )
        assert.isTrue(spent._tag === "TokenError" && spent.reason._tag === "InvalidGrant")
      })
    )
  )

  it.live("A8: what is shown, opened, sent and answered on loopback has no secret, token or code in any address", () =>
    interactive((_, sentinel) =>
      Effect.gen(function* () {
        const seen: Array<string> = []
        const see = (text: string) => Effect.sync(() => void seen.push(text))
        // As a browser does it: the page is read to its end, though the sign-in has ended.
        const pages: Array<Promise<string>> = []
        const visit = (answer?: string) => (url: string) =>
          Effect.andThen(
            see(url),
            Effect.sync(() => pages.push(Effect.runPromise(get(callbackOf(url, answer)))))
          )
        const { session } = yield* NodeSignIn.signIn({ show: see }).pipe(Effect.provide(browser(visit())))
        yield* Sessions.renew(session.key, { unless: session.accessToken })
        yield* Sessions.revokeEverywhere(session.key)
        yield* Effect.flip(
          NodeSignIn.signIn({ show: see }).pipe(
            Effect.provide(browser(visit(`error=access_denied&error_description=No`)))
          )
        )
        sentinel.tokenStatus = 400
        yield* Effect.flip(NodeSignIn.signIn({ show: see }).pipe(Effect.provide(browser(visit()))))
        seen.push(...(yield* Effect.promise(() => Promise.all(pages))))
        assert.strictEqual(seen.length, 9)
        for (const part of ["/token", "/token/revoke", "/jwks", "/baseURI.json"]) {
          assert.isTrue(
            sentinel.urls.some((url) => url.includes(part)),
            part
          )
        }
        for (const text of [...seen, ...sentinel.urls]) {
          for (const secret of Object.values(planted)) assert.notInclude(text, secret)
        }
      })
    )
  )

  it.live("H1: nothing secret in logs, spans, errors and inspect output of a whole sign-in", () =>
    interactive((_, sentinel) =>
      Effect.gen(function* () {
        const output: Array<string> = []
        const collect = (value: unknown) => void output.push(inspect(value, { depth: 12, showHidden: true }))
        const logger = Logger.make((options) => collect([options.message, options.cause]))
        const spans: Array<Tracer.Span> = []
        const tracer = Tracer.make({
          span: (options) => {
            const span = new Tracer.NativeSpan(options)
            spans.push(span)
            return span
          }
        })
        const states: Array<string> = []
        const attempt = (tokenStatus: number) => {
          sentinel.tokenStatus = tokenStatus
          return NodeSignIn.signIn({
            show: (url) => Effect.sync(() => void states.push(new URL(url).searchParams.get("state")!))
          }).pipe(
            Effect.provide(browser((url) => Effect.andThen(get(callbackOf(url)), Effect.void))),
            Effect.tap((done) => Sessions.accessToken(done.session.key)),
            Effect.result,
            Effect.tap((result) =>
              Effect.sync(() => {
                collect(result)
                output.push(String(result), JSON.stringify(result))
              })
            ),
            Effect.withTracer(tracer),
            Effect.provide(Logger.layer([logger])),
            Effect.provideService(References.MinimumLogLevel, "All")
          )
        }
        yield* attempt(200)
        yield* attempt(400)
        yield* attempt(500)
        for (const span of spans) {
          collect(span.name)
          collect([...span.attributes])
          // What a span failed with is exported; what it succeeded with is not.
          if (span.status._tag === "Ended" && Exit.isFailure(span.status.exit)) collect(span.status.exit)
        }
        const everything = output.join("\n")
        assert.isAbove(spans.length, 10)
        assert.strictEqual(states.length, 3)
        for (const secret of [...Object.values(planted), ...states]) assert.notInclude(everything, secret)
      })
    )
  )
})
