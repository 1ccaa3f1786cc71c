/** Checks the values of the login form. */
import * as Utf8 from "@le-auth/core/shared/Utf8"
import * as Mac from "effect/crypto/Mac"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { Directory, type User } from "../../Directory.ts"
import { PasswordTurn } from "../../Passwords.ts"
import * as ClientAddress from "../http/ClientAddress.ts"
import { Vouched } from "../http/Vouched.ts"
import * as RequestContext from "../http/RequestContext.ts"
import type { LoginTicket, LoginTickets } from "../request/LoginTickets.ts"
import type { SentinelCookies } from "../session/SentinelCookies.ts"
import * as Admission from "./Admission.ts"

/** The sign-in is refused, and the form says why. */
export class LoginRefused extends Data.TaggedError("LoginRefused")<{
  readonly status: 400 | 429 | 503
  readonly message: string
  /** Seconds, for the header `Retry-After`. */
  readonly retryAfter?: number
}> {}

/** The same text for an unknown user and a wrong password, so that it does not tell which users exist. */
const wrongCredentials = new LoginRefused({
  status: 400,
  message: "The e-mail address or the password is not right."
})

const busy = new LoginRefused({
  status: 503,
  message: "Many people are signing in at the moment. Wait a few seconds and try again.",
  retryAfter: 5
})

const inWords = (seconds: number): string => {
  const [count, unit] = seconds < 120 ? [seconds, "second"] : [Math.ceil(seconds / 60), "minute"]
  return `${count} ${unit}${count === 1 ? "" : "s"}`
}

const tooManyAttempts = (seconds: number): LoginRefused =>
  new LoginRefused({
    status: 429,
    message: `There were too many attempts. Wait ${inWords(seconds)} and try again.`,
    retryAfter: seconds
  })

/** The names of the refusals for the metrics and the log. */
const failures: Readonly<Record<LoginRefused["status"], string>> = {
  400: "wrong_credentials",
  429: "throttled",
  503: "busy"
}

/** Compares texts that only we can make, in constant time. */
export const isSame = (a: string, b: string): boolean => Mac.timingSafeEqual(Utf8.encode(a), Utf8.encode(b))

/** Gives the user, and the value that makes the browser known (see `LoginThrottle`). */
export type Check = (attempt: {
  readonly ticket: LoginTicket
  readonly email: string
  readonly password: string
  readonly request: HttpServerRequest.HttpServerRequest
}) => Effect.Effect<{ readonly user: User; readonly device: string }, LoginRefused>

/** In place of the step of a password. */
const noteVouched = (user: User) =>
  Effect.map(RequestContext.watched, (context) => {
    if (context === undefined) return
    context.user = user.id
    context.steps.push({ what: "no password: signed in by the control", user: user.id })
  })

/** Makes the {@link Check} of the login form. */
export const make = Effect.fnUntraced(function* (
  cookies: SentinelCookies,
  tickets: LoginTickets
): Effect.fn.Return<Check, never, Directory> {
  const directory = yield* Directory
  const admit = yield* Admission.make

  return Effect.fnUntraced(
    function* ({ email, password, request, ticket }) {
      const { accountId } = ticket
      const origin = ClientAddress.originOf(ClientAddress.of(request))
      const cookie = cookies.device(accountId).read(request)
      const device = cookie === undefined ? undefined : yield* tickets.deviceOf(cookie, accountId, email)
      const vouched = yield* Vouched
      const user = yield* (
        vouched.user === undefined
          ? admit(
              { accountId, email, origin, device },
              (lane) =>
                directory
                  .authenticate(accountId, email, Redacted.make(password, { label: "password" }))
                  .pipe(Effect.provideService(PasswordTurn, { lane, network: origin.network })),
              (user) => (Option.isSome(user) ? "right" : "wrong")
            )
          : directory.user(accountId, vouched.user)
      ).pipe(
        Effect.catchTags({
          PasswordsBusy: () => Effect.fail(busy),
          NotAdmitted: ({ retryAfterMillis }) => Effect.fail(tooManyAttempts(Math.ceil(retryAfterMillis / 1000)))
        })
      )
      if (Option.isNone(user)) {
        yield* Effect.logInfo("sign-in refused").pipe(Effect.annotateLogs({ account: accountId }))
        return yield* wrongCredentials
      }
      if (vouched.user !== undefined) yield* noteVouched(user.value)
      const known = device === undefined ? yield* tickets.newDevice(ticket, email) : cookie!
      return { user: user.value, device: known }
    },
    Effect.tapError(({ status }) => RequestContext.loginFailed(failures[status]))
  )
})
