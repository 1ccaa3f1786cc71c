/**
 * The discovery documents: authorization server metadata (RFC 8414) and OpenID Connect Discovery. **Not LivePerson.**
 */
import * as ContractPaths from "@le-auth/core/shared/ContractPaths"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import { Directory } from "../../Directory.ts"
import { SentinelDialect } from "../../SentinelDialect.ts"
import * as Paths from "../../Paths.ts"
import type { Reachability } from "../http/Reachability.ts"
import type { RouteHandlers, Handler } from "../http/RouteHandlers.ts"
import { ShownError } from "../http/ShownError.ts"
import type { Issuer } from "./Issuer.ts"
import * as Scopes from "./Scopes.ts"

const account = "/sentinel/api/account/:accountId"

/**
 * The paths of the document of an issuer with a path: RFC 8414 section 3.1 puts the well-known part before the path,
 * OpenID Connect Discovery section 4 behind it. The first has both names, since clients look for both there (RFC 8414
 * section 5).
 */
export const paths: ReadonlyArray<string> = [
  `/.well-known/oauth-authorization-server${account}`,
  `/.well-known/openid-configuration${account}`,
  `${account}/.well-known/openid-configuration`
]

/** The values of `prompt` (OpenID Connect Core section 3.1.2.1). All but `none` show the login page. */
export const prompts = ["none", "login", "consent", "select_account"]

const unknownAccount = new ShownError({
  status: 404,
  error: "not_found",
  description: "The account is not known.",
  remedy: "Check the account id in the path."
})

/** The routes, if the dialect has discovery. They announce exactly what is switched on. */
export const endpoints = Effect.fnUntraced(function* (
  askedOrigin: Reachability["originOf"],
  issuer: Issuer
): Effect.fn.Return<ReadonlyArray<RouteHandlers>, never, Directory> {
  const directory = yield* Directory
  const dialect = yield* SentinelDialect
  if (!dialect.discovery) return []
  const hasPkce = dialect.pkce !== "ignored"
  const clientMethods = ["client_secret_post", "client_secret_basic", ...(hasPkce ? ["none"] : [])]

  // Some clients cannot use an endpoint with a query, so it has one only if it must.
  const version = dialect.version === "required" ? "?v=1.0" : ""

  const document = (issuerName: string, address: (path: string) => string) => ({
    issuer: issuerName,
    authorization_endpoint: address(ContractPaths.authorize) + version,
    token_endpoint: address(ContractPaths.token) + version,
    revocation_endpoint: address(ContractPaths.revoke) + version,
    userinfo_endpoint: address(Paths.userinfo),
    end_session_endpoint: address(Paths.endSessionEndpoint),
    jwks_uri: address(ContractPaths.keys),
    response_types_supported: ["code"],
    response_modes_supported: ["query"],
    grant_types_supported: ["authorization_code", "refresh_token"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
    scopes_supported: Scopes.scopes,
    claims_supported: ["aud", "iss", "exp", "iat", "auth_time", "nonce", ...Object.values(Scopes.claimsByScope).flat()],
    prompt_values_supported: prompts,
    token_endpoint_auth_methods_supported: clientMethods,
    revocation_endpoint_auth_methods_supported: clientMethods,
    code_challenge_methods_supported: hasPkce ? ["S256"] : undefined,
    authorization_response_iss_parameter_supported: dialect.issuerInAnswers,
    claims_parameter_supported: false,
    request_parameter_supported: false,
    request_uri_parameter_supported: false
  })

  const handler: Handler = Effect.fnUntraced(function* ({ accountId, request }) {
    if (Option.isNone(yield* directory.account(accountId))) return yield* unknownAccount
    const origin = askedOrigin(request)
    const address = (path: string) => origin + path.replace(":accountId", accountId)
    return HttpServerResponse.jsonUnsafe(document(issuer.ofIdTokens(accountId, request), address), {
      headers: { "cache-control": "public, max-age=300", "x-content-type-options": "nosniff" }
    })
  })
  return paths.map((path) => ({ route: "metadata" as const, path, GET: handler }))
})
