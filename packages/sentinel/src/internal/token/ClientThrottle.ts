/** Tells a client that guesses at secrets to wait (RFC 6749 section 2.3.1, RFC 6819 section 4.3.5). */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as ClientAddress from "../http/ClientAddress.ts"
import { type ClientAuthentication, clientIdOf, noCredentials } from "./ClientAuthentication.ts"
import { ClientFailures } from "./ClientFailures.ts"
import { OAuthFailure } from "./OAuthFailure.ts"

const tooManyFailures = (seconds: number) =>
  new OAuthFailure({
    // RFC 6749 section 5.2 has no code for it; that of the authorization endpoint has the right meaning.
    error: "temporarily_unavailable",
    description: `Client authentication failed too often. Check the account, client_id and client_secret, and try again in ${seconds} seconds.`,
    status: 429,
    retryAfter: seconds,
    reason: "too many failures"
  })

/**
 * A secret is compared first, which costs microseconds. A right one is answered whatever came before, and is not
 * counted. A wrong one counts for the application at this network and for the network; above 10 and 100 in a quarter of
 * an hour the answer is 429 with `Retry-After` in place of `invalid_client`.
 */
export const make = (authenticate: ClientAuthentication): Effect.Effect<ClientAuthentication> =>
  Effect.map(Random.Random, (random) => {
    const failures = new ClientFailures({ random: () => random.nextDoubleUnsafe() })

    return (incoming, body, options) =>
      Effect.catchTag(authenticate(incoming, body, options), "OAuthFailure", (failure) => {
        // Without a secret nothing was guessed.
        if (failure.error !== "invalid_client" || failure.reason === noCredentials) return Effect.fail(failure)
        return Effect.flatMap(Clock.currentTimeMillis, (now) => {
          const client = `${incoming.accountId}\n${clientIdOf(incoming.request, body)?.slice(0, 128) ?? ""}`
          const origin = ClientAddress.originOf(ClientAddress.of(incoming.request))
          const wait = failures.failed(client, origin, now)
          return Effect.fail(wait === 0 ? failure : tooManyFailures(Math.ceil(wait / 1000)))
        })
      })
  })
