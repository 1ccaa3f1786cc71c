/**
 * Explains a callback: the address that a browser brought back to a redirect URI.
 */
import * as CallbackError from "@le-auth/core/CallbackError"
import { type CallbackResult, fromUrl } from "@le-auth/core/CallbackResult"
import { isIssuer } from "@le-auth/core/IdToken"
import type { AuthorizationErrorCode } from "@le-auth/core/OAuthError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { failed, fromError, wrongUsage } from "../../terminal/Failure.ts"
import * as Input from "../../terminal/Input.ts"
import * as Output from "../../terminal/Output.ts"
import { type Row, table, text, type Text } from "../../terminal/TerminalText.ts"

export interface Options {
  readonly url: Option.Option<string>
  readonly state: Option.Option<string>
}

/** The error codes of RFC 6749 section 4.1.2.1, and what to do. */
const meanings: Readonly<Record<AuthorizationErrorCode, Text>> = {
  invalid_request: text`a parameter of the request is missing, repeated or malformed: compare it with le-auth authorize-url`,
  unauthorized_client: text`the application may not ask for a code: its installation needs the grant type authorization_code`,
  access_denied: text`the user, or a rule of the account, refused`,
  unsupported_response_type: text`the request asked for something else than a code: response_type must be code`,
  invalid_scope: text`a scope of the request is not known, or the application may not ask for it`,
  server_error: text`Sentinel failed; try again later`,
  temporarily_unavailable: text`Sentinel is overloaded or in maintenance; try again later`
}

const known = new Set(["code", "state", "error", "error_description", "iss"])

const rowsOf = (address: URL, result: CallbackResult): ReadonlyArray<Row> => {
  const others = [...new Set(address.searchParams.keys())].filter((name) => !known.has(name))
  const rows: Array<Row> = [
    [
      "address",
      `${address.origin}${address.pathname}`,
      text`must be the redirect URI of the request, character by character`
    ]
  ]
  if (result._tag === "Authorized") {
    rows.push([
      "code",
      `${Redacted.value(result.code).length} characters, not shown`,
      text`to be exchanged for tokens once, with the client secret, and soon; both together sign in as the user`
    ])
  } else {
    rows.push([
      "error",
      result.error,
      meanings[result.error as AuthorizationErrorCode] ?? text`not an error code of OAuth`
    ])
    if (result.errorDescription !== undefined) rows.push(["error_description", result.errorDescription])
  }
  rows.push(
    result.state === undefined
      ? [
          "state",
          "(none)",
          text`without it an application cannot know that it asked for this, so le-auth refuses the callback`
        ]
      : ["state", result.state, text`only the program that started the sign-in knows whether it is its own`]
  )
  if (result.issuer !== undefined) {
    rows.push([
      "iss",
      result.issuer,
      isIssuer(result.issuer) ? text`LivePerson's Sentinel` : text`not LivePerson's Sentinel`
    ])
  }
  if (others.length > 0) rows.push(["ignored", others.join(", "), text`parameters without a meaning in a callback`])
  if (/(?:^#|&)(?:access_token|id_token|code)=/.test(address.hash)) {
    rows.push([
      "fragment",
      "(not shown)",
      text`codes and tokens there belong to another flow, which is not safe; le-auth never reads them`
    ])
  }
  return rows
}

/** Why le-auth would refuse it, in the order of its checks. */
const problemOf = (result: CallbackResult, expected: Option.Option<string>) => {
  if (result.state === undefined) return new CallbackError.MissingState()
  if (Option.isSome(expected) && expected.value !== result.state) {
    return failed(text`The state is another one: this callback belongs to another sign-in, or was made up.`)
  }
  if (result.issuer !== undefined && !isIssuer(result.issuer)) return new CallbackError.WrongIssuer()
  if (result._tag === "Denied") {
    const description = result.errorDescription === undefined ? {} : { description: result.errorDescription }
    return new CallbackError.Denied({ error: result.error, ...description })
  }
  return undefined
}

/** Needs no network, no account and no sign-in. */
export const run = Effect.fnUntraced(function* (options: Options) {
  const given = Option.filter(options.url, (url) => url !== "-")
  const pasted = Option.isSome(given) ? given.value : yield* Input.line("the callback address")
  const address = URL.parse(pasted)
  if (address === null) return yield* wrongUsage(text`This is not an address. Copy all of it, from https:// on.`)
  const result = yield* Effect.mapError(Effect.fromResult(fromUrl(pasted)), fromError)
  yield* Output.print(
    {
      result: result._tag === "Authorized" ? "authorized" : "denied",
      address: `${address.origin}${address.pathname}`,
      state: result.state ?? null,
      issuer: result.issuer ?? null,
      error: result._tag === "Denied" ? result.error : null,
      errorDescription: result._tag === "Denied" ? (result.errorDescription ?? null) : null
    },
    table(rowsOf(address, result))
  )
  const problem = problemOf(result, options.state)
  if (problem === undefined) return yield* Output.say(text`\nThis is the callback of a sign-in that succeeded.`)
  return yield* problem._tag === "Failure" ? problem : fromError(new CallbackError.CallbackError({ reason: problem }))
})
