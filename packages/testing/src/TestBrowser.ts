/**
 * A user with a browser: visits Sentinel, signs in or refuses, and comes back to the application.
 *
 * @since 0.1.0
 */
import * as AuthorizeRequest from "@le-auth/core/AuthorizeRequest"
import type { AuthorizationErrorCode } from "@le-auth/core/OAuthError"
import type { Origin } from "@le-auth/core/Origin"
import { append } from "@le-auth/core/shared/UrlParameters"
import * as ScriptedBrowser from "@le-auth/sentinel/ScriptedBrowser"
import type { SentinelConfig } from "@le-auth/sentinel/SentinelConfig"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

/**
 * The browser did not come back to the application: Sentinel showed something instead, which `problem` tells.
 *
 * @category errors
 * @since 0.1.0
 */
export class NoCallback extends Schema.TaggedError<NoCallback>()("NoCallback", {
  /** The status of Sentinel's answer, if there was one. */
  status: Schema.optional(Schema.Finite),
  problem: Schema.String
}) {
  override get message(): string {
    const status = this.status === undefined ? "" : ` with the status ${this.status}`
    return `The browser did not come back to the application. Sentinel answered${status}: ${this.problem}`
  }
}

/**
 * The user who signs in, and their password.
 *
 * @category models
 * @since 0.1.0
 */
export interface ApproveOptions {
  /** The e-mail address of a user of the configuration. Default: the account's first user. */
  readonly user?: string | undefined
  /** What is typed as the password. Default: the user's. */
  readonly password?: string | undefined
}

/**
 * The error with which the user is sent back.
 *
 * @category models
 * @since 0.1.0
 */
export interface DenyOptions {
  /** Default: `access_denied`. */
  readonly error?: AuthorizationErrorCode | undefined
  /** The `error_description` of the callback. Default: none. */
  readonly description?: string | undefined
}

/**
 * One browser: it keeps its cookies, so a second sign-in to the same account asks for no password.
 *
 * Both methods take the `url` of `SignIn.start` and give the callback's address for `SignIn.complete`, or for a request
 * to the callback route of your application.
 *
 * @category models
 * @since 0.1.0
 */
export interface TestBrowser {
  /** Signs in, as far as Sentinel asks for it. */
  readonly approve: (url: string | URL, options?: ApproveOptions) => Effect.Effect<string, NoCallback>
  /** Refuses. The real login page has no button for that, but the API documents the error. */
  readonly deny: (url: string | URL, options?: DenyOptions) => Effect.Effect<string, NoCallback>
}

const noCallback = (error: ScriptedBrowser.BrowserError): NoCallback =>
  new NoCallback({ status: error._tag === "PageShown" ? error.status : undefined, problem: error.message })

const urlOf = (address: string | URL): Effect.Effect<URL, NoCallback> => {
  const url = URL.parse(address)
  return url === null
    ? Effect.fail(new NoCallback({ status: undefined, problem: "it was given no address" }))
    : Effect.succeed(url)
}

/**
 * A new browser for a Sentinel at `origin`, over the client that reaches it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (sentinel: {
  readonly client: HttpClient.HttpClient
  readonly config: SentinelConfig
  readonly origin: Origin
}): Effect.Effect<TestBrowser> =>
  Effect.gen(function* () {
    const browser = yield* ScriptedBrowser.make({ origin: sentinel.origin, send: sentinel.client.execute })

    /** What somebody types into the login form. */
    const credentials = Effect.fnUntraced(function* (url: URL, options: ApproveOptions) {
      const accountId = /\/account\/([^/]+)\//.exec(url.pathname)?.[1]
      const account = sentinel.config.accounts.find(({ id }) => id === accountId)
      const email = options.user ?? account?.users.find(({ enabled }) => enabled)?.email
      const user = account?.users.find((user) => user.email === email)
      const password = options.password ?? (user?.password === undefined ? undefined : Redacted.value(user.password))
      if (email !== undefined && password !== undefined) return { username: email, password }
      return yield* new NoCallback({
        status: undefined,
        problem: `the configuration has no user ${email ?? ""} with a password in the account ${accountId}`
      })
    })

    return {
      approve: Effect.fnUntraced(function* (address, options = {}) {
        const url = yield* urlOf(address)
        return yield* Effect.mapError(browser.approve(url, credentials(url, options)), (error) =>
          error._tag === "NoCallback" ? error : noCallback(error)
        )
      }),
      deny: Effect.fnUntraced(function* (address, options = {}) {
        const url = yield* urlOf(address)
        const callback = yield* Effect.mapError(browser.visit(url), noCallback)
        if (callback !== undefined && new URL(callback).searchParams.has("error")) return callback
        // Only a request that Sentinel would have answered is answered here, with what Sentinel would have sent.
        const request = yield* Effect.orDie(Effect.fromResult(AuthorizeRequest.fromUrl(url)))
        const registered = sentinel.config.accounts
          .find(({ id }) => id === request.accountId)
          ?.installations.find(({ client_id }) => client_id === request.clientId)?.redirect_uris[0]
        return append(request.redirectUri ?? registered ?? "", {
          error: options.error ?? "access_denied",
          error_description: options.description,
          state: request.state
        })
      })
    }
  })
