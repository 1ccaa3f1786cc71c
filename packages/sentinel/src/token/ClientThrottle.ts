/**
 * Slows down the guessing of client secrets (RFC 6749 section 2.3.1, RFC 6819 section 4.3.5).
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as ClientAddress from "../http/ClientAddress.ts"
import { GenerationMap } from "../internal/GenerationMap.ts"
import { Throttle } from "../internal/Throttle.ts"
import { type ClientAuthentication, clientIdOf, noCredentials } from "./ClientAuthentication.ts"
import { OAuthFailure } from "./OAuthFailure.ts"

const freeForClient = 10
const freeForAddress = 100
const day = 86_400_000

const tooManyFailures = (seconds: number) =>
  new OAuthFailure({
    // RFC 6749 section 5.2 has no code for it; that of the authorization endpoint says what is meant.
    error: "temporarily_unavailable",
    description: `There were too many failed attempts to authenticate. Wait ${seconds} seconds and try again.`,
    status: 429,
    retryAfter: seconds,
    reason: "too many failures"
  })

/**
 * Counts failures for each application and for each address. While one of them has to wait, no secret is looked at, a right
 * one neither; the answer is 429 with `Retry-After`.
 *
 * A client id is public, so anybody can fail in its name. Therefore an address from which an application has authenticated
 * within the last day counts for itself: the failures of others do not touch it.
 *
 * @since 0.1.0
 */
export const make = (authenticate: ClientAuthentication): ClientAuthentication => {
  const clients = new Throttle({ free: freeForClient })
  const addresses = new Throttle({ free: freeForAddress })
  const known = new GenerationMap<true>({ capacity: 20_000, lifetime: day })

  return Effect.fnUntraced(function* (incoming, body, status) {
    const now = yield* Clock.currentTimeMillis
    const address = ClientAddress.of(incoming.request) ?? ""
    const client = `${incoming.accountId}/${clientIdOf(incoming.request, body)?.slice(0, 128) ?? ""}`
    const clientHere = `${client}/${address}`
    const key = known.get(clientHere, now) === true ? clientHere : client
    const wait = Math.max(clients.wait(key, now), addresses.wait(address, now))
    if (wait > 0) return yield* tooManyFailures(Math.ceil(wait / 1000))
    const installation = yield* Effect.tapError(authenticate(incoming, body, status), ({ error, reason }) =>
      Effect.sync(() => {
        // Without a secret nothing was guessed.
        if (error !== "invalid_client" || reason === noCredentials) return
        clients.failed(key, now)
        if (address !== "") addresses.failed(address, now)
      })
    )
    clients.forget(key)
    if (address !== "") known.set(clientHere, true, now)
    return installation
  })
}
