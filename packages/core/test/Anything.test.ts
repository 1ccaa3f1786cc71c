/** Whatever comes in: nothing throws, nothing hangs, and nothing that is still good is lost. */
import { assert, describe, it } from "@effect/vitest"
import { fromUrl, toUrl } from "@le-auth/core/AuthorizeRequest"
import * as RetryPolicy from "@le-auth/core/RetryPolicy"
import { SentinelClient } from "@le-auth/core/SentinelClient"
import * as Sessions from "@le-auth/core/Sessions"
import * as SignIn from "@le-auth/core/SignIn"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import { type AnyAnswer, AnyAnswer as AnyAnswerSchema, responseOf } from "./AnyAnswer.ts"
import { callbackOf, installation, layer, sentinelOrigin, signIn, Wire } from "./ScriptedSentinel.ts"

const often = { arbitrary: { runs: 200 } }

const isSuccess = ({ status }: AnyAnswer): boolean => status >= 200 && status < 300

/** The error, or the value; a defect fails the test. */
const outcome = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.exit(effect), (exit) => {
    if (Exit.isSuccess(exit)) return Result.succeed(exit.value)
    const error = Cause.findErrorOption(exit.cause)
    return Option.isSome(error) ? Result.fail(error.value) : assert.fail(Cause.pretty(exit.cause))
  })

describe("any address", () => {
  it.prop(
    "A1, A2: no text makes reading an authorization request throw, and what is read survives being written",
    [Schema.String, Schema.Record(Schema.String, Schema.String), Schema.String],
    ([path, parameters, any]) => {
      const query = new URLSearchParams({ response_type: "code", client_id: "a", ...parameters })
      const base = `${sentinelOrigin}/sentinel/api/account/12345678/authorize`
      for (const url of [any, `${base}?${query}`, `${base}?${query}&${any}`, `${sentinelOrigin}/${path}?${query}`]) {
        const read = fromUrl(url)
        if (Result.isFailure(read)) continue
        const written = toUrl(read.success, sentinelOrigin)
        assert.deepStrictEqual(Result.getOrThrow(fromUrl(written)), read.success)
      }
    }
  )
})

describe("any callback", () => {
  const Callback = Schema.Struct({
    code: Schema.optionalKey(Schema.String),
    state: Schema.optionalKey(Schema.Union([Schema.String, Schema.Literals(["right", "cut", "longer"])])),
    error: Schema.optionalKey(Schema.String),
    iss: Schema.optionalKey(Schema.Union([Schema.String, Schema.Literal("Sentinel")])),
    rest: Schema.String,
    cookies: Schema.Record(Schema.String, Schema.String),
    isRightBrowser: Schema.Boolean
  })

  it.effect.prop(
    "B5, C1, C3: is refused with a reason unless it is the right one, and the sign-in it is not for stays open",
    [Callback],
    ([{ cookies, isRightBrowser, rest, state, ...parameters }]) =>
      Effect.gen(function* () {
        const wire = yield* Wire
        const started = yield* SignIn.start()
        const right = new URL(started.url).searchParams.get("state")!
        const sent = { right, cut: right.slice(0, -1), longer: `${right}A` }[state ?? ""] ?? state
        const query = new URLSearchParams({ ...parameters, ...(sent === undefined ? {} : { state: sent }) })
        const binding = { [started.binding.name]: Redacted.value(started.binding.value) }
        const isRight = sent === right && isRightBrowser
        const result = yield* outcome(
          SignIn.complete({
            url: `https://app.example/callback?${query}${isRight ? "" : `&${rest}`}`,
            cookies: { ...cookies, ...(isRightBrowser ? binding : {}) }
          })
        )
        if (isRight) return
        assert.isTrue(Result.isFailure(result) && result.failure._tag === "CallbackError")
        assert.strictEqual(wire.to("/token").length, 0)
        const { session } = yield* SignIn.complete(callbackOf(started))
        assert.strictEqual(session.key.subject, "3552833710")
      }).pipe(Effect.provide(layer)),
    often
  )
})

describe("any answer of the token endpoint", () => {
  const next = (answer: AnyAnswer) => Effect.map(Wire, (wire) => wire.next("/token", () => responseOf(answer)))

  it.effect.prop("D6, D9: is a token response or a typed error that repeats no secret", [AnyAnswerSchema], ([answer]) =>
    Effect.gen(function* () {
      yield* next(answer)
      const result = yield* outcome(
        SentinelClient.use((client) =>
          client.exchange({ installation, sentinel: sentinelOrigin, code: Redacted.make("planted-code") })
        )
      )
      if (Result.isSuccess(result)) {
        assert.isTrue(isSuccess(answer))
        assert.match(result.success.token_type, /^bearer$/i)
        assert.match(Redacted.value(result.success.access_token), /^[\x20-\x7e]+$/)
        return
      }
      assert.strictEqual(result.failure._tag, "TokenError")
      assert.notInclude(`${result.failure.message}${JSON.stringify(result.failure)}`, "planted-c")
    }).pipe(Effect.provide(layer))
  )

  it.effect.prop(
    "F1, F5, F6: to a refresh ends a session only if it says so; else a valid token stays in use",
    [AnyAnswerSchema],
    ([answer]) =>
      Effect.gen(function* () {
        const { session } = yield* signIn
        const { key } = session
        yield* TestClock.adjust("31 minutes")
        yield* next(answer)
        const result = yield* outcome(Sessions.accessToken(key))
        const after = yield* Sessions.current(key)
        const { body } = answer
        const says = (name: "error" | "id_token") =>
          typeof body === "object" && body !== null && name in body
            ? (body as Record<string, unknown>)[name]
            : undefined
        if (Result.isFailure(result)) {
          assert.strictEqual(result.failure._tag, "SessionEnded")
          const isOver = answer.status >= 400 && answer.status < 500 && says("error") === "invalid_grant"
          const isOfAnother = isSuccess(answer) && says("id_token") !== undefined
          assert.isTrue(isOver || isOfAnother, JSON.stringify(answer))
          assert.isTrue(Option.isNone(after))
          return
        }
        const kept = Option.getOrThrow(after)
        const token = Redacted.value(result.success)
        assert.strictEqual(Redacted.value(kept.accessToken), token)
        const isRenewed = token !== Redacted.value(session.accessToken)
        if (isRenewed) assert.isTrue(isSuccess(answer))
        // Without a new refresh token the old one is kept, and it is there in any case.
        assert.isDefined(kept.refreshToken)
        if (!isRenewed) assert.strictEqual(Redacted.value(kept.refreshToken!), Redacted.value(session.refreshToken!))
        // Once the weather is better, the session goes on.
        yield* TestClock.adjust("40 minutes")
        yield* Sessions.accessToken(key)
      }).pipe(Effect.provide(layer), Effect.provideService(RetryPolicy.Current, RetryPolicy.none)),
    often
  )
})
