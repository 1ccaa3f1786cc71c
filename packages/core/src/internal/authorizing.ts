/** An `HttpClient` with a token that is renewed: one rule for the tokens of users and of applications. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import * as Redacted from "effect/Redacted"
import { type Domains, DomainsError, HostNotAllowed } from "../Domains.ts"
import type { AccessToken } from "../Identifiers.ts"
import * as Challenge from "./challenge.ts"
import { discard } from "./discard.ts"
import * as Newest from "./newest.ts"

/** A token for one request. */
export interface Usable {
  /** Whose token it is. */
  readonly owner: string
  readonly accessToken: AccessToken
  /** When it came. */
  readonly obtainedAt: number
}

/** How a token is sent. */
export type Scheme = "Bearer" | "none"

/** How a token is had, and sent. */
export interface Options<E> {
  /** A token that is valid. */
  readonly fresh: Effect.Effect<Usable, E>
  /** Another one than the one that was refused. */
  readonly renew: (unless: AccessToken) => Effect.Effect<AccessToken, E>
  readonly scheme: Scheme
}

/** For this time no other token is asked for where a new one did not help. */
const inVainFor = Duration.toMillis("1 minute")

const withToken = (request: HttpClientRequest.HttpClientRequest, token: AccessToken, scheme: Scheme) =>
  scheme === "Bearer"
    ? HttpClientRequest.bearerToken(request, token)
    : HttpClientRequest.setHeader(request, "authorization", Redacted.value(token))

export const make = (domains: Domains["Service"]) => {
  /** When an owner's new token was also refused, by host: the 401 has another reason there. At most 10,000. */
  const inVain = new Map<string, number>()

  /**
   * Sends a token with each request to an allowed host, and repeats a request once with another token after a 401 that
   * means the token.
   */
  return <E, R, E2>(
    client: HttpClient.HttpClient.With<E, R>,
    { fresh, renew, scheme }: Options<E2>
  ): HttpClient.HttpClient.With<E | E2 | DomainsError, R> => {
    // The client has made its changes to the request by then, and makes them once.
    const send = (request: HttpClientRequest.HttpClientRequest, token: AccessToken) =>
      client.postprocess(Effect.succeed(withToken(request, token, scheme)))
    return HttpClient.transform(client, (_, request): Effect.Effect<HttpClientResponse, E | E2 | DomainsError, R> =>
      Effect.gen(function* () {
        const target = URL.parse(request.url)
        if (target === null || !domains.allows(target)) {
          return yield* new DomainsError({
            reason: new HostNotAllowed({ host: target?.host ?? request.url.slice(0, 100) })
          })
        }
        const { accessToken, obtainedAt, owner } = yield* fresh
        const response = yield* send(request, accessToken)
        // A body that is a stream is gone and cannot be sent again (RFC 6750 section 3.1 allows one more try).
        if (response.status !== 401 || request.body._tag === "Stream") return response
        const now = yield* Clock.currentTimeMillis
        const place = `${owner} ${target.host}`
        if (now - (inVain.get(place) ?? -Infinity) < inVainFor) return response
        if (!Challenge.isAboutToken(response.headers["www-authenticate"], now - obtainedAt)) return response
        yield* discard(response)
        const again = yield* send(request, yield* renew(accessToken))
        if (again.status === 401) Newest.set(inVain, place, now, 10_000)
        return again
      })
    )
  }
}
