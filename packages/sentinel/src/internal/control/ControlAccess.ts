/**
 * Access to a control that has a token (R90): for a program that sends the token, and for a browser that was signed in
 * with it.
 *
 * A browser keeps a random text in place of the token, since cookies go to every port of a host: another server there
 * that reads it has no token that lasts. It is good for twelve hours, until the sign-out, or until Sentinel stops.
 */
import { BoundedMap } from "@le-auth/core/shared/BoundedMap"
import * as Utf8 from "@le-auth/core/shared/Utf8"
import * as Clock from "effect/Clock"
import * as Digest from "effect/crypto/Digest"
import * as Mac from "effect/crypto/Mac"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Redacted from "effect/Redacted"
import * as Secrets from "../session/Secrets.ts"
import * as SentinelCookies from "../session/SentinelCookies.ts"

/** How long an answer to a wrong token takes, and how many may wait for one at a time. No right token waits. */
export const guess = { pause: Duration.seconds(1), most: 64 }

const lifetime = Duration.hours(12)

/** More browsers than that, and the oldest are signed out. */
const mostBrowsers = 256

/** `crowded`: the token is wrong, and too many others are. */
export type Judgement = "right" | "missing" | "wrong" | "crowded"

type Request = HttpServerRequest.HttpServerRequest
type Response = HttpServerResponse.HttpServerResponse

export interface ControlAccess {
  /** Judges what a request carries: the token in `Authorization`, or the cookie of a browser. */
  readonly judge: (request: Request) => Effect.Effect<Judgement>
  /** Judges a token that a person typed. */
  readonly judgeToken: (token: string) => Effect.Effect<Exclude<Judgement, "missing">>
  /** Signs a browser in. */
  readonly signIn: (request: Request, response: Response) => Effect.Effect<Response>
  /** Signs a browser out. A copy of its cookie is good for nothing then. */
  readonly signOut: (request: Request, response: Response) => Effect.Effect<Response>
}

/** Other controls on this host have cookies of other names. */
const portOf = ({ headers }: Request): string => /:(\d{1,5})$/.exec(headers["host"] ?? "")?.[1] ?? "default"

export const make = Effect.fnUntraced(function* (
  token: Redacted.Redacted<string>,
  isSecure: boolean
): Effect.fn.Return<ControlAccess, never, Effect.Services<typeof Secrets.make> | Digest.Digest> {
  const digest = yield* Digest.Digest
  const secrets = yield* Secrets.make
  const hashOf = (text: string) => digest.digest(Digest.sha256, Utf8.encode(text))
  const expected = yield* hashOf(Redacted.value(token))
  const browsers = new BoundedMap<number>({ capacity: 2 * mostBrowsers })
  const cookieOf = (request: Request) =>
    SentinelCookies.cookie(isSecure, `control-${portOf(request)}`, { maxAge: lifetime, sameSite: "strict" })

  let waiting = 0
  const wrong: Effect.Effect<"wrong" | "crowded"> = Effect.suspend(() => {
    if (waiting >= guess.most) return Effect.succeed("crowded" as const)
    waiting++
    return Effect.logWarning("a request to the control had a wrong token").pipe(
      Effect.andThen(Effect.sleep(guess.pause)),
      Effect.as("wrong" as const),
      Effect.ensuring(Effect.sync(() => waiting--))
    )
  })

  const judgeToken = (text: string) =>
    Effect.flatMap(hashOf(text), (hash): Effect.Effect<Exclude<Judgement, "missing">> =>
      Mac.timingSafeEqual(hash, expected) ? Effect.succeed("right") : wrong
    )

  const judgeCookie = Effect.fnUntraced(function* (value: string) {
    // By its hash, so that the time of the look-up says nothing about the value.
    const until = browsers.get(yield* secrets.hash(value))
    return until !== undefined && (yield* Clock.currentTimeMillis) < until ? "right" : yield* wrong
  })

  return {
    judge: (request): Effect.Effect<Judgement> => {
      const header = request.headers["authorization"]
      if (header !== undefined) return judgeToken(/^bearer +(\S+) *$/i.exec(header)?.[1] ?? "")
      const value = cookieOf(request).read(request)
      return value === undefined ? Effect.succeed("missing") : judgeCookie(value)
    },
    judgeToken,
    signIn: Effect.fnUntraced(function* (request, response) {
      const value = yield* secrets.make
      browsers.set(yield* secrets.hash(value), (yield* Clock.currentTimeMillis) + Duration.toMillis(lifetime))
      return cookieOf(request).write(response, value)
    }),
    signOut: Effect.fnUntraced(function* (request, response) {
      const cookie = cookieOf(request)
      const value = cookie.read(request)
      if (value !== undefined) browsers.delete(yield* secrets.hash(value))
      return cookie.expire(response)
    })
  }
})
