/**
 * What LivePerson sends in: whether a request comes from it. Bots and functions are called with an app token, and
 * webhooks have a signature.
 *
 * @since 0.1.0
 */
import { AppInstallations, type UnknownInstallation } from "@le-auth/core/AppInstallations"
import * as AppJwt from "@le-auth/core/AppJwt"
import type { Domains, DomainsError } from "@le-auth/core/Domains"
import { ClientId } from "@le-auth/core/Identifiers"
import type { KeySets } from "@le-auth/core/KeySets"
import * as RetryPolicy from "@le-auth/core/RetryPolicy"
import type { StoreError } from "@le-auth/core/StoreError"
import type { TokenError } from "@le-auth/core/TokenError"
import * as WebhookSignature from "@le-auth/core/WebhookSignature"
import type * as ByteSize from "effect/ByteSize"
import type * as Mac from "effect/crypto/Mac"
import type * as Signature from "effect/crypto/Signature"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { invalid, optionsOf } from "./internal/invalid.ts"
import * as Outgoing from "./internal/outgoing.ts"
import * as WholeBody from "./internal/wholeBody.ts"
import * as Whose from "./internal/whose.ts"
import type { InvalidArgument } from "./InvalidArgument.ts"
import type { WithHeaders } from "./UserSession.ts"

/**
 * What an app token must be for.
 *
 * @category models
 * @since 0.1.0
 */
export interface VerifyOptions {
  /** The account whose data the caller may see. Default: that of the only installation. */
  readonly accountId?: string | undefined
  /** The scopes that the token must have, all of them: a list, or a text with spaces. Default: none. */
  readonly scope?: string | ReadonlyArray<string> | undefined
  /** The client id of the application that the token must have been issued to. Default: any one of the account. */
  readonly azp?: string | undefined
}

const decodeClientId = Schema.decodeUnknownOption(ClientId)

/** A scope as JavaScript may have it: one of another type must not count as none, nor a setting that is empty. */
const scopeOf = (scope: unknown): Effect.Effect<string | ReadonlyArray<string> | undefined, InvalidArgument> =>
  scope === undefined ||
  (typeof scope === "string" && scope.trim() !== "") ||
  (Array.isArray(scope) && scope.every((one) => typeof one === "string"))
    ? Effect.succeed(scope as string | ReadonlyArray<string> | undefined)
    : Effect.fail(invalid("scope", "it is a text with a scope in it, or a list of such texts. Leave it out for none."))

const applicationOf = (azp: unknown): Effect.Effect<ClientId | undefined, InvalidArgument> =>
  azp === undefined
    ? Effect.succeed(azp)
    : Option.match(decodeClientId(azp), {
        onNone: () => Effect.fail(invalid("azp", "it is the client id of an application.")),
        onSome: Effect.succeed
      })

/**
 * The claims of the app token in the `Authorization` header of a request, if it is genuine, for an account in which the
 * application is installed, and for what the options say. See `AppJwt.verify` for what is checked. Calls to LivePerson
 * are not repeated, since a caller waits.
 *
 * It fails with an `AppJwtError` if the token is missing or not acceptable, with a `DomainsError` or `TokenError` if
 * the keys cannot be had, with `UnknownInstallation` if the application is not installed in the account, and with
 * `InvalidArgument` for options that cannot be used.
 *
 * @example
 * ```ts
 * import * as Incoming from "@le-auth/web/Incoming"
 * import * as Effect from "effect/Effect"
 *
 * const answer = (request: Request) =>
 *   Incoming.verifyAppToken(request, { scope: "thirdpartybots.customendpoint.bot" }).pipe(
 *     Effect.as(Response.json({ messages: [] })),
 *     Effect.catchTag("AppJwtError", ({ reason }) =>
 *       Effect.succeed(new Response(null, { status: reason === "InsufficientScope" ? 403 : 401 }))
 *     )
 *   )
 * ```
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3.1 RFC 6750 section 3.1}
 * @category constructors
 * @since 0.1.0
 */
export const verifyAppToken = (
  who: WithHeaders,
  options?: VerifyOptions
): Effect.Effect<
  AppJwt.AppClaims,
  AppJwt.AppJwtError | TokenError | DomainsError | UnknownInstallation | StoreError | InvalidArgument,
  AppInstallations | KeySets | Domains | Signature.Signature
> =>
  Effect.gen(function* () {
    const needed = yield* optionsOf("options", options)
    const scope = yield* scopeOf(needed.scope)
    const azp = yield* applicationOf(needed.azp)
    const { headers } = yield* Whose.requestIn(who)
    const token = yield* AppJwt.fromRequest(headers as AppJwt.RequestHeaders)
    const { accountId } = yield* Whose.installationOf(needed.accountId)
    return yield* AppJwt.verify(token, { accountId, scope, azp })
  }).pipe(RetryPolicy.disabled)

/**
 * A request with a body that was not read yet: that of the web, or that of `node:http`, Express or Nest. Where
 * something has read it, `rawBody` has the bytes, or `body` if the parser leaves bodies as they are.
 *
 * @category models
 * @since 0.1.0
 */
export interface WithBody extends WithHeaders {
  readonly rawBody?: unknown
  readonly body?: unknown
}

/**
 * A webhook that does not show that it comes from LivePerson, for this application, or whose body did not come whole.
 * `problem` repeats nothing of the request. Answer {@link InvalidWebhook.status}.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidWebhook extends Schema.TaggedError<InvalidWebhook>()("InvalidWebhook", {
  reason: Schema.Literals([
    "MissingSignature",
    "WrongSignature",
    "UnknownAccount",
    "WrongApplication",
    "TooLarge",
    "Incomplete"
  ]),
  problem: Schema.String
}) {
  /** 413 for a body that is too large, else 401. */
  get status(): 401 | 413 {
    return this.reason === "TooLarge" ? 413 : 401
  }

  override get message(): string {
    return `The webhook is not acceptable (${this.reason}): ${this.problem}`
  }
}

/**
 * The options of {@link verifyWebhook}.
 *
 * @category models
 * @since 0.1.0
 */
export interface WebhookOptions {
  /** The account that it must be of. Default: the one of your installations that the webhook names, or the only one. */
  readonly accountId?: string | undefined
  /** The largest body. Default: 1 MiB. */
  readonly maximumRequestSize?: ByteSize.Input | undefined
}

const refused = (reason: InvalidWebhook["reason"], problem: string) => new InvalidWebhook({ reason, problem })

const bodyErrors: WholeBody.Errors<InvalidWebhook> = {
  tooLarge: (most) => refused("TooLarge", `its body has more than ${most}.`),
  incomplete: (why) => refused("Incomplete", `its body is not whole: ${why}.`),
  alreadyRead:
    "its body has been read already, and the signature is that of the bytes as they came. Call verifyWebhook before parsers of bodies such as express.json(), or let the parser keep the bytes as request.rawBody (in Nest: rawBody: true)."
}

/**
 * The installation that a webhook is for. Its headers only choose among those that there are: what they say is proven
 * by the signature alone.
 */
const addressee = Effect.fnUntraced(function* (request: WithBody, options: WebhookOptions) {
  const named = Whose.headerOf(request, "x-liveperson-account-id")
  const unknown = refused("UnknownAccount", "it is for an account that the application does not serve here.")
  const installation = yield* options.accountId !== undefined
    ? Whose.installationOf(options.accountId)
    : named === ""
      ? Whose.installationOf(undefined)
      : Effect.catchTags(Whose.installationOf(named), {
          InvalidArgument: () => Effect.fail(unknown),
          UnknownInstallation: () => Effect.fail(unknown)
        })
  if (named !== "" && named !== installation.accountId) return yield* unknown
  const client = Whose.headerOf(request, "x-liveperson-client-id")
  if (client !== "" && client !== installation.clientId) {
    return yield* refused("WrongApplication", "it is for another application than the one that is installed.")
  }
  return installation
})

/**
 * The bytes of a webhook's body, if its signature is that of LivePerson for an installation of the application. The
 * headers `x-liveperson-account-id` and `x-liveperson-client-id` must fit the installation where they are there.
 *
 * It fails with {@link InvalidWebhook} if the webhook is not acceptable, with `InvalidArgument` if something has read
 * the body before and kept no bytes, with `UnknownInstallation` if the account of the options is none of the
 * application's, or several might be meant, and with a `StoreError` if your `AppInstallations` does.
 *
 * @example
 * ```ts
 * import * as Incoming from "@le-auth/web/Incoming"
 * import * as Effect from "effect/Effect"
 *
 * const answer = (request: Request) =>
 *   Incoming.verifyWebhook(request).pipe(
 *     Effect.map((body) => JSON.parse(new TextDecoder().decode(body)) as unknown),
 *     Effect.as(new Response()),
 *     Effect.catchTag("InvalidWebhook", ({ status }) => Effect.succeed(new Response(null, { status })))
 *   )
 * ```
 *
 * @see LivePerson, Connector API, "Webhooks", notification protocol, authentication
 * @category constructors
 * @since 0.1.0
 */
export const verifyWebhook = (
  request: WithBody,
  options?: WebhookOptions
): Effect.Effect<
  Uint8Array,
  InvalidWebhook | InvalidArgument | UnknownInstallation | StoreError,
  AppInstallations | Mac.Mac
> =>
  Effect.gen(function* () {
    const needed = yield* optionsOf("options", options)
    const limits = yield* Outgoing.limitsOf({ maximumRequestSize: needed.maximumRequestSize })
    const header = Whose.headerOf(yield* Whose.requestIn(request), WebhookSignature.headerName)
    if (header === "") return yield* refused("MissingSignature", `it has no header ${WebhookSignature.headerName}.`)
    const installation = yield* addressee(request, needed)
    const body = yield* WholeBody.of(request, limits, bodyErrors)
    const { accountId } = installation
    // It was found already, and an installation in a database is looked up once for a webhook.
    const found = Effect.provideService(AppInstallations, { find: () => Effect.succeed(installation) })
    const verification = yield* found(WebhookSignature.verify({ accountId, body, header }))
    switch (verification._tag) {
      case "Valid":
        return body
      case "Invalid":
        return yield* refused("WrongSignature", `${verification.problem}.`)
      case "Missing":
        return yield* refused("MissingSignature", `its header ${WebhookSignature.headerName} is empty.`)
    }
  })
