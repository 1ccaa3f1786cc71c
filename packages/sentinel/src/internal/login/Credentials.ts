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

/**
 * What was sent: a name and a password, or the id of a user who was chosen from a list, which only pages for
 * development have.
 */
export type Given = { readonly email: string; readonly password: string } | { readonly chosen: string }

/** Gives the user, and the value that makes the browser known (see `LoginThrottle`). */
export type Check = (attempt: {
  readonly ticket: LoginTicket
  readonly given: Given
  readonly request: HttpServerRequest.HttpServerRequest
}) => Effect.Effect<{ readonly user: User; readonly device: string }, LoginRefused>

/** Makes the {@link Check} of the login form. */
export const make = Effect.fnUntraced(function* (
  cookies: SentinelCookies,
  tickets: LoginTickets
): Effect.fn.Return<Check, never, Directory> {
  const directory = yield* Directory
  const admit = yield* Admission.make

  /** Notes the user in the journal, in place of the password. */
  const noteChosen = ({ id }: User) =>
    Effect.map(RequestContext.watched, (context) => {
      if (context === undefined) return
      context.user = id
      context.steps.push({ what: "chosen from the list, without a password", user: id })
    })

  /** The address of the user, and the work that finds them when it is their turn. */
  const whoOf = Effect.fnUntraced(function* (accountId: string, given: Given) {
    if (!("chosen" in given)) {
      const password = Redacted.make(given.password, { label: "password" })
      return { email: given.email, find: directory.authenticate(accountId, given.email, password) }
    }
    const user = yield* directory.user(accountId, given.chosen)
    const email = Option.match(user, { onNone: () => given.chosen, onSome: (one) => one.email })
    // The work is that of a password, so that a list is no faster way to try users, and no cheaper one to send many.
    const work = directory
      .authenticate(accountId, email, Redacted.make("", { label: "password" }))
      .pipe(Effect.provideService(RequestContext.Current, undefined))
    return { email, find: Effect.as(work, user) }
  })

  return Effect.fnUntraced(
    function* ({ given, request, ticket }) {
      const { accountId } = ticket
      const { email, find } = yield* whoOf(accountId, given)
      const origin = ClientAddress.originOf(ClientAddress.of(request))
      const cookie = cookies.device(accountId).read(request)
      const device = cookie === undefined ? undefined : yield* tickets.deviceOf(cookie, accountId, email)
      const user = yield* admit(
        { accountId, email, origin, device },
        (lane) => Effect.provideService(find, PasswordTurn, { lane, network: origin.network }),
        (user) => (Option.isSome(user) ? "right" : "wrong")
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
      if ("chosen" in given) yield* noteChosen(user.value)
      const known = device === undefined ? yield* tickets.newDevice(ticket, email) : cookie!
      return { user: user.value, device: known }
    },
    Effect.tapError(({ status }) => RequestContext.loginFailed(failures[status]))
  )
})
