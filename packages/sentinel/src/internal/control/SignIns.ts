/** Signs users in without a browser, through Sentinel's own routes: their checks and their journal are a browser's. */
import { OAuthErrorBody } from "@le-auth/core/OAuthError"
import * as ContractPaths from "@le-auth/core/shared/ContractPaths"
import { append, UrlParameters } from "@le-auth/core/shared/UrlParameters"
import type * as Digest from "effect/crypto/Digest"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Hex from "effect/encoding/Hex"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type Denial, IssuedTokens, type NewTokens } from "../../Approval.ts"
import { InvalidChange, NotSupported, NotThere, SignInRefused } from "../../ControlError.ts"
import type { AccountSettings, DirectoryEditor, InstallationSettings } from "../../DirectoryEditor.ts"
import * as ScriptedBrowser from "../../ScriptedBrowser.ts"
import type { Entrance, Routes } from "../http/Entrance.ts"
import { faultHeader } from "../http/Interceptor.ts"
import { Vouched } from "../http/Vouched.ts"
import { requestIdHeader } from "../operations/Observation.ts"
import * as Secrets from "../session/Secrets.ts"
import * as Pkce from "../token/Pkce.ts"

/** No Sentinel is there, the request is none, an account, a user or a client is unknown, or Sentinel refuses. */
export type SignInError = InvalidChange | NotSupported | NotThere | SignInRefused

/** The user who signs in, by their e-mail address or id. Default: the first enabled user of the account. */
interface ApproveOptions {
  readonly user?: string | undefined
}

/** The operations of `Control.signIns`. */
export interface SignIns {
  /** Approves an authorization request. Gives where the browser would come back to, with a code or an error. */
  readonly approve: (
    url: string | URL,
    options?: ApproveOptions
  ) => Effect.Effect<Redacted.Redacted<string>, SignInError>
  /** Refuses an authorization request that Sentinel would have answered. Gives where the browser would come back to. */
  readonly deny: (url: string | URL, options?: Denial) => Effect.Effect<Redacted.Redacted<string>, SignInError>
  /** Signs a user in and exchanges the code, or gets an app token for an installation without users. */
  readonly tokens: (wanted?: NewTokens) => Effect.Effect<IssuedTokens, SignInError>
}

/** A fault can keep Sentinel silent. */
const longestWait = Duration.seconds(30)

const noAnswer = (request: HttpClientRequest.HttpClientRequest) =>
  new HttpClientError.HttpClientError({
    reason: new HttpClientError.TransportError({
      request,
      description: `Sentinel did not answer within ${Duration.toSeconds(longestWait)} seconds`
    })
  })

const noSentinel = new NotSupported({
  problem: "The routes of this Sentinel are not in the process of its control, so it cannot sign in by itself."
})

const notAuthorize = new InvalidChange({
  problems: ["url: must be the address of an authorization request, /sentinel/api/account/{accountid}/authorize?…"]
})

const authorizePath = /^\/sentinel\/api\/account\/([^/]+)\/authorize$/

/** A connection to Sentinel, which knows the id of its last request, and the fault that it met. */
const connect = ({ origin, send }: Routes, random: SecureRandom.SecureRandom["Service"]) => {
  let requestId: string | undefined
  let fault: string | undefined

  const refused = ({ problem, status }: { readonly problem: string; readonly status?: number }) =>
    new SignInRefused({
      problem: [
        status === undefined ? problem : `Sentinel answered ${status}: ${problem}`,
        ...(fault === undefined ? [] : [`It met the fault ${fault}.`])
      ].join(" "),
      ...(status !== undefined && { status }),
      ...(requestId !== undefined && { requestId })
    })

  return {
    origin,
    refused,
    send: Effect.fnUntraced(function* (request: HttpClientRequest.HttpClientRequest) {
      fault = undefined
      requestId = Hex.encode(yield* random.randomBytes(8))
      const response = yield* Effect.timeoutOrElse(
        send(HttpClientRequest.setHeader(request, requestIdHeader, requestId)),
        {
          duration: longestWait,
          orElse: () => Effect.fail(noAnswer(request))
        }
      )
      fault = response.headers[faultHeader]
      return response
    }),
    /** Without the message of the error, which has the whole address. */
    broken: ({ reason }: HttpClientError.HttpClientError) =>
      Effect.fail(refused({ problem: `${reason.description ?? "The answer of Sentinel broke off"}.` }))
  }
}

type Connection = ReturnType<typeof connect>

const quoted = (text: string): string => JSON.stringify(text.slice(0, 100))

const userOf = (account: AccountSettings | undefined, wanted: string | undefined) => {
  const where = `in the account ${account?.id ?? ""}`
  const users = account?.users ?? []
  const found =
    wanted === undefined
      ? users.find(({ enabled }) => enabled)
      : users.find(({ email, id }) => id === wanted || email.toLowerCase() === wanted.toLowerCase())
  if (found !== undefined) return Result.succeed(found)
  const what = wanted === undefined ? `enabled user ${where}` : `user ${quoted(wanted)} ${where}`
  return Result.fail(new NotThere({ what }))
}

const mayUseCodes = ({ grant_types }: InstallationSettings): boolean => grant_types.includes("authorization_code")

const installationOf = (account: AccountSettings, client: string | undefined) => {
  const found = account.installations.find((installation) =>
    client === undefined ? installation.enabled && mayUseCodes(installation) : installation.client_id === client
  )
  if (found !== undefined) return Result.succeed(found)
  const what = client === undefined ? "enabled installation that may use codes" : `installation ${quoted(client)}`
  return Result.fail(new NotThere({ what: `${what} in the account ${account.id}` }))
}

const decodeTokens = Schema.decodeUnknownResult(Schema.fromJsonString(IssuedTokens))
const decodeFailure = Schema.decodeUnknownResult(Schema.fromJsonString(OAuthErrorBody))

/** What Sentinel says in place of tokens. */
const failureOf = (body: string): string =>
  Result.match(decodeFailure(body), {
    onSuccess: ({ error, error_description }) =>
      error_description === undefined ? error : `${error}. ${error_description}`,
    onFailure: () => body.slice(0, 500)
  })

/** Makes the operations of `Control.signIns`. */
export const make = Effect.fnUntraced(function* (parts: {
  readonly editor: DirectoryEditor["Service"]
  readonly entrance: NonNullable<(typeof Entrance)["Service"]>
}): Effect.fn.Return<SignIns, never, Digest.Digest | SecureRandom.SecureRandom> {
  const { editor, entrance } = parts
  const random = yield* SecureRandom.SecureRandom
  const secrets = yield* Secrets.make
  const challengeOf = yield* Pkce.makeChallenge

  const connected = Effect.suspend(() =>
    entrance.routes === undefined ? Effect.fail(noSentinel) : Effect.succeed(connect(entrance.routes, random))
  )

  const locate = (url: string | URL, origin: string) => {
    const parsed = URL.parse(url, origin)
    const accountId = parsed === null ? undefined : authorizePath.exec(parsed.pathname)?.[1]
    if (parsed === null || accountId === undefined || !/^https?:$/.test(parsed.protocol)) return undefined
    return { accountId, url: new URL(parsed.pathname + parsed.search, origin) }
  }

  const accountOf = (accountId: string | undefined) =>
    Effect.map(editor.accounts, (accounts) =>
      accountId === undefined ? accounts[0] : accounts.find(({ id }) => id === accountId)
    )

  /** Approves with the first of the two that there is, as {@link SignIns.approve} and {@link SignIns.deny} do. */
  const answer = Effect.fnUntraced(function* (
    connection: Connection,
    url: string | URL,
    { denial, user: wanted }: ApproveOptions & Pick<Vouched, "denial">
  ) {
    const located = locate(url, connection.origin)
    if (located === undefined) return yield* notAuthorize
    const account = yield* accountOf(located.accountId)
    const user = userOf(account, wanted)
    const isDisabled = Result.isSuccess(user) && !user.success.enabled
    const credentials: Result.Result<ScriptedBrowser.Credentials, NotThere> =
      denial === undefined
        ? Result.map(user, ({ email }) => ({ username: email, password: "" }))
        : Result.succeed({ username: "", password: "" })
    const browser = yield* ScriptedBrowser.make(connection)
    return yield* browser.approve(located.url, Effect.fromResult(credentials)).pipe(
      Effect.provideService(Vouched, { denial, user: Result.getOrUndefined(user)?.id }),
      Effect.catchTags({
        PageShown: ({ problem, status }) =>
          Effect.fail(
            connection.refused({ status, problem: isDisabled ? `${problem} The user is disabled.` : problem })
          ),
        HttpClientError: connection.broken
      })
    )
  })

  const post = Effect.fnUntraced(
    function* (
      connection: Connection,
      address: string,
      client: string,
      form: Readonly<Record<string, string | undefined>>
    ) {
      const request = HttpClientRequest.post(new URL(address, connection.origin)).pipe(
        HttpClientRequest.setHeader("accept", "application/json"),
        HttpClientRequest.bodyUrlParams({ ...form, client_id: client })
      )
      const response = yield* Effect.provideService(connection.send(request), Vouched, { client })
      const { status } = response
      const body = yield* response.text
      const tokens = decodeTokens(body)
      if (status === 200 && Result.isSuccess(tokens)) return tokens.success
      return yield* connection.refused({
        status,
        problem: status === 200 ? "The answer is not that of a token endpoint." : failureOf(body)
      })
    },
    (effect, connection) => Effect.catchTag(effect, "HttpClientError", connection.broken)
  )

  const codeOf = (connection: Connection, callback: string) => {
    const parameters = UrlParameters.fromSearch(new URL(callback).search)
    const code = parameters.get("code")
    if (code !== undefined) return Effect.succeed(code)
    const [error = "no code", description] = [parameters.get("error"), parameters.get("error_description")]
    const problem = `Sentinel sent the user back with ${error}${description === undefined ? "." : `: ${description}`}`
    return Effect.fail(connection.refused({ problem }))
  }

  const tokens = Effect.fnUntraced(function* ({ account: accountId, client, scope, user }: NewTokens) {
    const connection = yield* connected
    const account = yield* accountOf(accountId)
    if (account === undefined) return yield* new NotThere({ what: `account ${accountId ?? ""}` })
    const installation = yield* Effect.fromResult(installationOf(account, client))
    const { client_id, redirect_uris } = installation
    const pathOf = (path: string) => path.replace(":accountId", account.id)

    if (!mayUseCodes(installation)) {
      if (user !== undefined) return yield* new InvalidChange({ problems: ["user: an app token has none"] })
      const form = { grant_type: "client_credentials", scope }
      return yield* post(connection, pathOf(ContractPaths.appTokenV2), client_id, form)
    }
    const redirect_uri = redirect_uris[0]
    const code_verifier = yield* secrets.make
    const address = append(`${pathOf(ContractPaths.authorize)}?v=1.0`, {
      response_type: "code",
      client_id,
      redirect_uri,
      state: yield* secrets.make,
      scope,
      code_challenge: yield* challengeOf(code_verifier),
      code_challenge_method: "S256"
    })
    const code = yield* codeOf(connection, yield* answer(connection, address, { user }))
    const form = { grant_type: "authorization_code", code, redirect_uri, code_verifier }
    return yield* post(connection, `${pathOf(ContractPaths.token)}?v=1.0`, client_id, form)
  })

  const redact = Effect.map((callback: string) => Redacted.make(callback, { label: "callback" }))

  return {
    approve: (url, { user } = {}) =>
      Effect.flatMap(connected, (connection) => redact(answer(connection, url, { user }))),
    deny: (url, { description, error = "access_denied" } = {}) =>
      Effect.flatMap(connected, (connection) => redact(answer(connection, url, { denial: { error, description } }))),
    tokens: (wanted = {}) => tokens(wanted)
  }
})
