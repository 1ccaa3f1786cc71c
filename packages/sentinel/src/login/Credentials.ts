/**
 * Looks at what somebody typed into the login form.
 *
 * @since 0.1.0
 */
import * as Mac from "effect/crypto/Mac"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { Directory, type User } from "../Directory.ts"
import * as ClientAddress from "../http/ClientAddress.ts"
import type { SentinelCookies } from "../session/SentinelCookies.ts"
import * as RequestFacts from "../operations/RequestFacts.ts"
import { LoginThrottle } from "./LoginThrottle.ts"
import type { LoginTickets } from "./LoginTickets.ts"

/**
 * Nobody is signed in, and the form says why.
 *
 * @since 0.1.0
 */
export class LoginRefused extends Data.TaggedError("LoginRefused")<{
  readonly status: 400 | 429 | 503
  readonly message: string
  /** Seconds, for the header `Retry-After`. */
  readonly retryAfter?: number
}> {}

/** The same text for an unknown user and a wrong password, so that nobody can find out who has an account. */
const wrongCredentials = new LoginRefused({
  status: 400,
  message: "The e-mail address or the password is not right."
})

const busy = new LoginRefused({
  status: 503,
  message: "Many people are signing in at the moment. Wait a few seconds and try again.",
  retryAfter: 5
})

const tooManyAttempts = (seconds: number): LoginRefused =>
  new LoginRefused({
    status: 429,
    message: `There were too many attempts. Wait ${seconds} ${seconds === 1 ? "second" : "seconds"} and try again.`,
    retryAfter: seconds
  })

/** For the metrics and the log. */
const codes: Readonly<Record<LoginRefused["status"], string>> = {
  400: "wrong_credentials",
  429: "throttled",
  503: "busy"
}

const utf8 = new TextEncoder()

/**
 * Texts that only we can make are compared in constant time.
 *
 * @since 0.1.0
 */
export const isSame = (a: string, b: string): boolean => Mac.timingSafeEqual(utf8.encode(a), utf8.encode(b))

/**
 * Gives the user, and what his browser gets to be known by (see {@link LoginThrottle}).
 *
 * @since 0.1.0
 */
export type Check = (attempt: {
  readonly accountId: string
  readonly email: string
  readonly password: string
  readonly request: HttpServerRequest.HttpServerRequest
  readonly now: number
}) => Effect.Effect<{ readonly user: User; readonly device: string }, LoginRefused>

/**
 * @since 0.1.0
 */
export const make = (cookies: SentinelCookies, tickets: LoginTickets): Effect.Effect<Check, never, Directory> =>
  Effect.map(Directory, (directory) => {
    const throttle = new LoginThrottle()

    return Effect.fnUntraced(
      function* ({ accountId, email, now, password, request }) {
        const device = yield* tickets.deviceToken(accountId, email)
        const attempt = {
          accountId,
          email,
          address: ClientAddress.of(request),
          isKnownBrowser: isSame(cookies.device(accountId).read(request) ?? "", device)
        }
        const wait = throttle.begin(attempt, now)
        if (wait > 0) return yield* tooManyAttempts(Math.ceil(wait / 1000))
        const user = yield* Effect.catchTag(
          directory.authenticate(accountId, email, Redacted.make(password, { label: "password" })),
          "PasswordsBusy",
          () => {
            throttle.withdraw(attempt, now)
            return Effect.fail(busy)
          }
        )
        if (Option.isNone(user)) {
          yield* Effect.logInfo("sign-in refused").pipe(Effect.annotateLogs({ account: accountId }))
          return yield* wrongCredentials
        }
        throttle.succeeded(attempt, now)
        return { user: user.value, device }
      },
      Effect.tapError(({ status }) => RequestFacts.isRefused(codes[status]))
    )
  })
