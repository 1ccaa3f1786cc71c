/**
 * What the dialect says is how long things live, on every store: until a millisecond before their end, and not at it
 * (R98).
 */
import { assert, describe, it } from "@effect/vitest"
import type { Changes } from "@le-auth/sentinel/SentinelDialect"
import { SentinelStore } from "@le-auth/sentinel/SentinelStore"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import { admin, answerOf, application, authorizePath, browser, isAlive, start } from "../Harness.ts"

/** In the far future: what tidies up in the background goes by the real clock. */
const begin = 4_000_000_000_000

const longest = Duration.days(365)

/** At the least, by default, and at the most that a configuration may say. */
const lifetimes: ReadonlyArray<readonly [keyof Changes, ReadonlyArray<Duration.Input>]> = [
  ["codeLifetime", ["1 second", "60 seconds", "10 minutes"]],
  ["accessTokenLifetime", ["1 second", "8 hours", longest]],
  ["sessionIdleLifetime", ["1 second", "8 hours", longest]],
  ["sessionLifetime", ["1 second", "30 days", longest]],
  ["refreshGrace", [0, "10 seconds", "5 minutes"]]
]

export const provesLifetimes = <E>(
  name: string,
  layer: Layer.Layer<SentinelStore, E>,
  /** Lets go at once what the store lets go at this time. */
  tidy: (now: number) => Effect.Effect<unknown, unknown> = () => Effect.void
): void => {
  const cases = lifetimes.flatMap(([point, values]) => values.map((value) => [point, value] as const))
  describe(`lifetimes: ${name}`, () => {
    it.effect.each(cases)("R98: %s of %s is kept to the millisecond, while others sign in", ([point, value]) =>
      Effect.gen(function* () {
        yield* TestClock.setTime(begin)
        const lifetime = Duration.toMillis(Duration.fromInputUnsafe(value))
        const points: Changes = {
          // What is looked at ends by itself, and not with its session.
          ...(point !== "sessionIdleLifetime" && point !== "accessTokenLifetime" && { sessionIdleLifetime: longest }),
          sessionLifetime: longest,
          refreshTokens: "rotate",
          [point]: Duration.fromInputUnsafe(value)
        }
        const live = Effect.provideService(Clock.Clock, Clock.Clock.defaultValue())
        const store = Context.get(yield* live(Layer.build(layer)), SentinelStore)
        const sentinel = yield* start({ points, store })
        const app = application(sentinel)
        const signIn = Effect.gen(function* () {
          const user = browser(sentinel)
          const code = answerOf(yield* user.signIn()).get("code")!
          if (point === "codeLifetime") return { user, code, access: undefined, refresh: undefined }
          const { json } = yield* app.exchange(code)
          return { user, code, access: json["access_token"], refresh: json["refresh_token"] }
        })
        const isUsable = Effect.fnUntraced(function* ({ access, code, refresh, user }: Effect.Success<typeof signIn>) {
          switch (point) {
            case "codeLifetime":
              return (yield* app.exchange(code)).status === 200
            case "accessTokenLifetime":
              return yield* isAlive(sentinel, access)
            case "sessionLifetime": {
              const { headers } = yield* user.send(authorizePath())
              return !headers.get("location")!.startsWith("/sentinel/login")
            }
            default:
              return (yield* app.refresh(refresh)).status === 200
          }
        })
        const [before, at] = [yield* signIn, yield* signIn]
        if (point === "refreshGrace") for (const { refresh } of [before, at]) yield* app.refresh(refresh)
        const others = Effect.fnUntraced(function* (now: number) {
          yield* tidy(now)
          const { status } = yield* app.exchange(
            answerOf(yield* browser(sentinel).signIn(undefined, admin)).get("code")!
          )
          assert.strictEqual(status, 200)
        })
        if (lifetime > 0) {
          yield* TestClock.setTime(begin + lifetime - 1)
          yield* others(begin + lifetime - 1)
          assert.isTrue(yield* isUsable(before), "just before its end")
        }
        yield* TestClock.setTime(begin + lifetime)
        yield* others(begin + lifetime)
        assert.isFalse(yield* isUsable(at), "at its end")
      })
    )
  })
}
