/**
 * Sends a user to sign in, and receives what comes back.
 *
 * The two verbs of le-auth: {@link start} gives the address to send the browser to, and what binds the sign-in to that
 * browser; {@link complete} takes the whole callback and gives the session. Everything risky lies between them, and
 * none of it can be skipped.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Digest from "effect/crypto/Digest"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Cookies from "effect/http/Cookies"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Types from "effect/Types"
import { AppInstallations, type UnknownInstallation } from "./AppInstallations.ts"
import { type Parameters, Scope, toUrl } from "./AuthorizeRequest.ts"
import * as CallbackError from "./CallbackError.ts"
import * as CallbackResult from "./CallbackResult.ts"
import * as CookieNames from "./CookieNames.ts"
import { Domains, type DomainsError } from "./Domains.ts"
import * as Base64Url from "./shared/Base64Url.ts"
import { BoundedMap } from "./shared/BoundedMap.ts"
import * as TextDigest from "./shared/TextDigest.ts"
import { type AccountId, type RedirectUri, type State } from "./Identifiers.ts"
import * as IdToken from "./IdToken.ts"
import * as Outcomes from "./internal/outcomes.ts"
import { ReturnPath } from "./ReturnPath.ts"
import { SentinelClient } from "./SentinelClient.ts"
import type { Session } from "./Session.ts"
import { Sessions } from "./Sessions.ts"
import type { StoreError } from "./StoreError.ts"
import * as Telemetry from "./internal/Telemetry.ts"
import type { TokenError } from "./TokenError.ts"
import type { Transaction } from "./Transaction.ts"
import { TransactionStore } from "./TransactionStore.ts"

/**
 * What binds a sign-in to the user agent that started it (RFC 6749 section 10.12): a cookie in a web application, a
 * variable in a command line. Without it, or with another's, the callback is refused.
 *
 * @category models
 * @since 0.1.0
 */
export interface UserAgentBinding {
  /** The name of the cookie; each sign-in has its own, so several at once do not disturb each other. */
  readonly name: string
  readonly value: Redacted.Redacted
  /** How long the sign-in may take. */
  readonly maxAge: Duration.Duration
}

/**
 * A sign-in that was started: send the browser to `url`, and give it `binding`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Started {
  readonly url: string
  readonly binding: UserAgentBinding
}

/**
 * The callback as it came: a web `Request`, or anything with its address and cookies, such as effect's
 * `HttpServerRequest`. See {@link callback} for programs without cookies.
 *
 * @category models
 * @since 0.1.0
 */
export type Callback =
  | Request
  | {
      readonly url: string
      readonly cookies: Readonly<Record<string, string | undefined>>
    }

/**
 * A completed sign-in.
 *
 * @category models
 * @since 0.1.0
 */
export interface SignedIn {
  readonly session: Session
  /** The cookie that is used up and can be removed. */
  readonly bindingName: string
  /** Cookies of other sign-ins in this browser whose time is over: they can also be removed. */
  readonly overNames: ReadonlyArray<string>
  /** Where to send the user now, as given to {@link start}. */
  readonly returnTo: ReturnPath | undefined
  /** What the application wanted to remember, as given to {@link start}. */
  readonly applicationState: Schema.Json | undefined
  /** Whether the same browser brought an equal callback before, and this is its result. */
  readonly isRepeated: boolean
}

/**
 * What a sign-in is started with; all of it is optional.
 *
 * @category models
 * @since 0.1.0
 */
export interface StartOptions {
  /** The account to sign in to. May be left out if the application is installed in one account only. */
  readonly accountId?: AccountId | undefined
  /** A path of the application to return to, such as `/inbox`. */
  readonly returnTo?: string | undefined
  /** Anything to remember until the callback, as JSON. It stays here; only a random `state` travels. */
  readonly applicationState?: Schema.Json | undefined
  /** One of the installation's redirect URIs. Default: its first; if it lists none, none is sent. */
  readonly redirectUri?: RedirectUri | undefined
  /** How the name of the sign-in's cookie begins. Default: that of {@link Options}. */
  readonly cookiePrefix?: CookieNames.CookiePrefix | undefined
}

/**
 * The return path is not a path of this application.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.11.1 RFC 9700 section 4.11.1}
 * @category errors
 * @since 0.1.0
 */
export class InvalidReturnPath extends Schema.TaggedError<InvalidReturnPath>()("InvalidReturnPath", {}) {
  override get message(): string {
    return "The return path is not a path of this application. It must start with one slash, such as /inbox."
  }
}

/**
 * The redirect URI is not one of the installation's.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2.3 RFC 6749 section 3.1.2.3}
 * @category errors
 * @since 0.1.0
 */
export class UnknownRedirectUri extends Schema.TaggedError<UnknownRedirectUri>()("UnknownRedirectUri", {
  redirectUri: Schema.String
}) {
  override get message(): string {
    return `${this.redirectUri} is not one of the installation's redirect URIs. They are compared as plain text.`
  }
}

/**
 * The redirect URI is plain http to a host that is neither this computer nor a development host of `Domains`, so
 * everyone on the way could read the code.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-2.6 RFC 9700 section 2.6}
 * @category errors
 * @since 0.1.0
 */
export class InsecureRedirectUri extends Schema.TaggedError<InsecureRedirectUri>()("InsecureRedirectUri", {
  redirectUri: Schema.String
}) {
  override get message(): string {
    return `${this.redirectUri} is plain http to another host. Use https, or list the host in LE_AUTH_DEVELOPMENT_HOSTS.`
  }
}

/**
 * {@link start} was asked for something that cannot be done, whatever LivePerson says. Handle single reasons with
 * `Effect.catchReason("SignInError", "InvalidReturnPath", ...)`.
 *
 * @category errors
 * @since 0.1.0
 */
export class SignInError extends Schema.TaggedError<SignInError>()("SignInError", {
  reason: Schema.Union([InvalidReturnPath, UnknownRedirectUri, InsecureRedirectUri])
}) {
  override get message(): string {
    return this.reason.message
  }
}

/**
 * Why a sign-in could not be started.
 *
 * @category errors
 * @since 0.1.0
 */
export type StartError = UnknownInstallation | DomainsError | StoreError | SignInError

/**
 * What is known of the sign-in that failed: all of it if its record was found, so that the next one can lead to the
 * same page.
 *
 * @category models
 * @since 0.1.0
 */
export interface Failed {
  /** Where the user wanted to go, as given to {@link start}. */
  readonly returnTo?: ReturnPath | undefined
  /** The cookie that is used up and can be removed. */
  readonly bindingName?: string | undefined
}

/**
 * Why a sign-in could not be completed. A `CallbackError`, an `IdTokenError` and most `TokenError`s ask for a new
 * sign-in.
 *
 * @category errors
 * @since 0.1.0
 */
export type CompleteError = (
  | CallbackError.CallbackError
  | TokenError
  | IdToken.IdTokenError
  | UnknownInstallation
  | StoreError
) &
  Failed

/**
 * The two verbs of a sign-in: {@link start} sends the user to LivePerson, {@link complete} takes the callback and
 * gives the session.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1 RFC 6749 section 4.1}
 * @category services
 * @since 0.1.0
 */
export class SignIn extends Context.Service<
  SignIn,
  {
    /** Starts a sign-in. Nothing is sent to LivePerson except the look-up of the host. */
    readonly start: (options?: StartOptions) => Effect.Effect<Started, StartError>
    /**
     * Completes a sign-in: checks the callback, exchanges the code, saves the session. A callback that is repeated
     * within a minute, by the same browser in this process, gets the result of the first, and nothing is exchanged
     * twice.
     */
    readonly complete: (callback: Callback) => Effect.Effect<SignedIn, CompleteError>
  }
>()("@le-auth/core/SignIn") {}

/**
 * Starts a sign-in with the `SignIn` of the context. Send the browser to the `url` that it gives, and give it the
 * `binding`: as a cookie, or in a variable of a program that receives the callback itself.
 *
 * Fails with a {@link SignInError} if the return path or the redirect URI is not allowed, with `UnknownInstallation`
 * if the application is not installed in the account, with `DomainsError` if Sentinel's host is not to be had, and
 * with `StoreError` if the record cannot be kept.
 *
 * @example
 * ```ts
 * import * as SignIn from "@le-auth/core/SignIn"
 * import * as Effect from "effect/Effect"
 * import * as HttpServerResponse from "effect/http/HttpServerResponse"
 * import * as Redacted from "effect/Redacted"
 *
 * const login = Effect.map(SignIn.start({ returnTo: "/inbox" }), ({ binding, url }) =>
 *   HttpServerResponse.redirect(url).pipe(
 *     HttpServerResponse.setCookieUnsafe(binding.name, Redacted.value(binding.value), {
 *       httpOnly: true,
 *       maxAge: binding.maxAge,
 *       path: "/",
 *       sameSite: "lax"
 *     })
 *   )
 * )
 *
 * Effect.map(login, ({ status }) => status) // => 302
 * ```
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1 RFC 6749 section 4.1.1}
 * @category accessors
 * @since 0.1.0
 */
export const start = (options?: StartOptions): Effect.Effect<Started, StartError, SignIn> =>
  SignIn.use((signIn) => signIn.start(options))

/**
 * Completes a sign-in with the `SignIn` of the context: checks the callback, exchanges the code and saves the session.
 * Hand over the whole callback as it came, with its cookies.
 *
 * A callback that is repeated within a minute, by the same browser in this process, gets the result of the first.
 * Fails with a {@link CompleteError}, which has the `returnTo` of the sign-in if its record was found.
 *
 * @example
 * ```ts
 * import * as Sessions from "@le-auth/core/Sessions"
 * import * as SignIn from "@le-auth/core/SignIn"
 * import * as Effect from "effect/Effect"
 *
 * const accessToken = (request: Request) =>
 *   Effect.flatMap(SignIn.complete(request), ({ session }) => Sessions.accessToken(session.key))
 * ```
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2 RFC 6749 section 4.1.2}
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3 RFC 6749 section 4.1.3}
 * @category accessors
 * @since 0.1.0
 */
export const complete = (callback: Callback): Effect.Effect<SignedIn, CompleteError, SignIn> =>
  SignIn.use((signIn) => signIn.complete(callback))

/**
 * A callback for programs that keep the binding themselves, such as a command line.
 *
 * @example
 * ```ts
 * import * as SignIn from "@le-auth/core/SignIn"
 * import * as Effect from "effect/Effect"
 *
 * // `receive` opens a browser, and gives the address that it came back to.
 * const signIn = (receive: (url: string) => Effect.Effect<string>) =>
 *   Effect.gen(function* () {
 *     const { binding, url } = yield* SignIn.start()
 *     return yield* SignIn.complete(SignIn.callback(yield* receive(url), binding))
 *   })
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const callback = (url: string | URL, binding: UserAgentBinding): Callback => ({
  url: typeof url === "string" ? url : url.href,
  cookies: { [binding.name]: Redacted.value(binding.value) }
})

/**
 * How long sign-ins may take, what their requests say beyond LivePerson's documentation, and the names of cookies.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** How long a sign-in may take. Default: 10 minutes, as long as LivePerson's own login page remembers the request. */
  readonly timeToLive?: Duration.Input | undefined
  /** Sends a PKCE challenge (S256, RFC 7636). Default: off, since LivePerson does not document it. */
  readonly pkce?: boolean | undefined
  /** Sends a `scope`. Default: none, since LivePerson does not document it. */
  readonly scope?: string | undefined
  /**
   * How the names of the cookies begin that bind sign-ins to browsers, a {@link CookieNames.CookiePrefix}. Default:
   * `le-auth-`.
   */
  readonly cookiePrefix?: string | undefined
}

const isReturnPath = Schema.is(ReturnPath)

/** 256 bits of secret, 43 characters. */
const bindingBytes = 32
/**
 * The first 9 bytes of the state also name the cookie, see `CookieNames`; its secret is as long as the binding.
 */
const stateBytes = 9 + bindingBytes

/** Browsers repeat a GET by reload, double click and restored tabs (RFC 9110 section 9.2.1). */
const outcomes = { keepFor: "1 minute", capacity: 1000 } as const

/** The result of a sign-in, for the browser that brings its callback. */
interface Completed extends Pick<SignedIn, "session" | "returnTo" | "applicationState"> {
  readonly accountId: AccountId
}

/** What a sign-in asks of the address that its redirect URI leads to. */
interface Place {
  /** How the name of its cookie begins. */
  readonly prefix: string
  /** The host that is spoken to in plain http. */
  readonly plainHost: string | undefined
}

const cookiesOf = (callback: Callback): Readonly<Record<string, string | undefined>> =>
  callback instanceof Request ? Cookies.parseHeader(callback.headers.get("cookie") ?? "") : callback.cookies

const refuse = (reason: CallbackError.CallbackErrorReason) => Effect.fail(new CallbackError.CallbackError({ reason }))

/**
 * `SignIn` over the stores and the calls of the context.
 *
 * @example
 * ```ts
 * import * as SignIn from "@le-auth/core/SignIn"
 *
 * const SignInLive = SignIn.layerWith({ pkce: true, timeToLive: "5 minutes" })
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerWith = (
  settings: Options
): Layer.Layer<
  SignIn,
  never,
  AppInstallations | Domains | SentinelClient | Sessions | TransactionStore | Digest.Digest | SecureRandom.SecureRandom
> =>
  Layer.effect(
    SignIn,
    Effect.gen(function* () {
      const installations = yield* AppInstallations
      const domains = yield* Domains
      const sentinelClient = yield* SentinelClient
      const sessions = yield* Sessions
      const transactions = yield* TransactionStore
      const hash = TextDigest.of(yield* Digest.Digest)
      const random = yield* SecureRandom.SecureRandom

      const scope = settings.scope === undefined ? undefined : Scope.make(settings.scope)
      const cookiePrefix =
        settings.cookiePrefix === undefined
          ? undefined
          : yield* Effect.orDie(CookieNames.parsePrefix(settings.cookiePrefix))
      const once = Outcomes.make<Completed, CompleteError>(outcomes)
      const timeToLive = Duration.fromInputUnsafe(settings.timeToLive ?? "10 minutes")
      const lifetime = Duration.toMillis(timeToLive)
      // Kept longer than it is accepted, so that a late user hears "too late" instead of "unknown".
      const keepFor = Duration.times(timeToLive, 2)

      /**
       * The key of the record: derived from the state and from the binding, so that a callback from another browser
       * finds no record and cannot use up the right one. The cookie's name is part of it, so that a `__Host-` cookie
       * cannot be replaced by a plain one that a neighbouring subdomain planted.
       */
      const transactionId = (name: string, state: string, binding: string) =>
        hash(Digest.sha256, `${name}.${state}.${binding}`, "hex")

      /**
       * The verifier of PKCE is the binding: a secret of this sign-in that only this browser has, with the 43
       * unreserved characters that RFC 7636 section 4.1 asks for. So the store of transactions holds no secret at all.
       */
      const codeChallenge = (binding: string) => hash(Digest.sha256, binding, "base64url")

      /** An application has few redirect URIs, and an address is not read for each sign-in. */
      const places = new BoundedMap<Place>({ capacity: 1000 })
      const placeOf = (redirectUri: RedirectUri | undefined): Place => {
        const known = places.get(redirectUri ?? "")
        if (known !== undefined) return known
        const url = redirectUri === undefined ? undefined : new URL(redirectUri)
        const place = {
          prefix: CookieNames.prefixFor(redirectUri, cookiePrefix),
          plainHost: url === undefined || url.protocol === "https:" ? undefined : url.host
        }
        places.set(redirectUri ?? "", place)
        return place
      }

      const start = Effect.fnUntraced(function* (about: Telemetry.About, options: StartOptions) {
        const { accountId, applicationState, redirectUri, returnTo } = options
        const installation = yield* installations.find(accountId)
        about.account = installation.accountId
        if (returnTo !== undefined && !isReturnPath(returnTo))
          return yield* new SignInError({ reason: new InvalidReturnPath() })
        if (redirectUri !== undefined && !installation.redirectUris.includes(redirectUri)) {
          return yield* new SignInError({ reason: new UnknownRedirectUri({ redirectUri }) })
        }
        const sent = redirectUri ?? installation.redirectUris[0]
        const place = placeOf(sent)
        if (place.plainHost !== undefined && !domains.isLocal(place.plainHost)) {
          return yield* new SignInError({ reason: new InsecureRedirectUri({ redirectUri: sent! }) })
        }
        const sentinel = yield* domains.resolve(installation.accountId, "sentinel")

        const now = about.clock.currentTimeMillisUnsafe()
        const state = Base64Url.encode(CookieNames.stamp(yield* random.randomBytes(stateBytes), now))
        const binding = Base64Url.encode(yield* random.randomBytes(bindingBytes))
        const prefix =
          options.cookiePrefix === undefined ? place.prefix : CookieNames.prefixFor(sent, options.cookiePrefix)
        const name = prefix + CookieNames.handleOf(state)

        // Members are assigned one by one: spreading optional ones costs more than the hash.
        const record: Types.Mutable<Transaction> = {
          accountId: installation.accountId,
          clientId: installation.clientId,
          sentinel,
          deadline: now + lifetime
        }
        const request: Types.Mutable<Parameters> = {
          accountId: installation.accountId,
          clientId: installation.clientId,
          state: state as State
        }
        if (sent !== undefined) record.redirectUri = request.redirectUri = sent
        if (returnTo !== undefined) record.returnTo = returnTo
        if (applicationState !== undefined) record.applicationState = applicationState
        if (scope !== undefined) request.scope = scope
        if (settings.pkce === true) {
          record.pkce = true
          request.codeChallenge = yield* codeChallenge(binding)
        }
        yield* transactions.put(yield* transactionId(name, state, binding), record, keepFor)

        return {
          url: toUrl(request, domains.forBrowser(sentinel)),
          binding: { name, value: Redacted.make(binding), maxAge: timeToLive }
        }
      })

      /** From here on the sign-in is used up, whatever its result is. */
      const finish = Effect.fnUntraced(function* (
        transaction: Transaction,
        result: CallbackResult.CallbackResult,
        binding: string
      ) {
        if ((yield* Clock.currentTimeMillis) >= transaction.deadline) return yield* refuse(new CallbackError.Expired())

        if (result.issuer !== undefined && !IdToken.isIssuer(result.issuer)) {
          return yield* refuse(new CallbackError.WrongIssuer())
        }

        // Only from here on the callback is believed (RFC 9207 section 2.4).
        if (result._tag === "Denied") {
          return yield* refuse(
            new CallbackError.Denied({
              error: result.error,
              ...(result.errorDescription === undefined ? {} : { description: result.errorDescription })
            })
          )
        }

        const installation = yield* installations.find(transaction.accountId)
        const tokens = yield* sentinelClient.exchange({
          installation,
          sentinel: transaction.sentinel,
          code: result.code,
          redirectUri: transaction.redirectUri,
          codeVerifier: transaction.pkce === true ? Redacted.make(binding) : undefined
        })
        return yield* sessions.begin({ installation, sentinel: transaction.sentinel, tokens })
      })

      const complete = Effect.fnUntraced(function* (about: Telemetry.About, callback: Callback) {
        const result = yield* Effect.fromResult(CallbackResult.fromUrl(callback.url))
        const { state } = result
        if (state === undefined) return yield* refuse(new CallbackError.MissingState())

        const cookies = cookiesOf(callback)
        const names = Object.keys(cookies)
        const name = CookieNames.find(names, state)
        if (name === undefined) return yield* refuse(new CallbackError.WrongUserAgent())
        const binding = cookies[name]
        if (binding === undefined) return yield* refuse(new CallbackError.WrongUserAgent())

        const id = yield* transactionId(name, state, binding)
        const { isRepeated, value } = yield* once(id, (keep) =>
          Effect.gen(function* () {
            const taken = yield* transactions.take(id)
            if (Option.isNone(taken)) return yield* refuse(new CallbackError.UnknownTransaction())
            keep()
            const transaction = taken.value
            const { accountId, applicationState, returnTo } = transaction
            about.account = accountId
            const session = yield* Effect.mapError(finish(transaction, result, binding), (error) =>
              Object.assign(error, { returnTo, bindingName: name })
            )
            return { accountId, session, returnTo, applicationState }
          })
        )
        about.account = value.accountId
        const session = isRepeated ? yield* sessions.again(value.session) : Option.some(value.session)
        // The user has signed out since.
        if (Option.isNone(session)) return yield* refuse(new CallbackError.UnknownTransaction())
        const oldest = about.clock.currentTimeMillisUnsafe() - lifetime
        return {
          session: session.value,
          bindingName: name,
          overNames: CookieNames.openSignIns(names, name)
            .filter((other) => other.startedAt <= oldest && other.name !== name)
            .map((other) => other.name),
          returnTo: value.returnTo,
          applicationState: value.applicationState,
          isRepeated
        }
      })

      return SignIn.of({
        start: (options = {}) => Telemetry.operation("SignIn.start", (about) => start(about, options)),
        complete: (callback) => Telemetry.operation("SignIn.complete", (about) => complete(about, callback))
      })
    })
  )

/**
 * `SignIn` as LivePerson documents its API: no PKCE, no scope, 10 minutes to sign in.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = layerWith({})
