/**
 * The HTTP contract of LivePerson's Domain API, which says on which host a service of an account is.
 *
 * @see LivePerson, API guidelines, "Domain API"
 * @since 0.1.0
 */
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { BaseUri, BaseUris } from "./internal/BaseUri.ts"
import { AccountId } from "./Identifiers.ts"
import { OAuthErrorBody } from "./OAuthError.ts"
import * as ContractPaths from "./shared/ContractPaths.ts"

/** @since 0.1.0 */
export { BaseUri, BaseUris }

/** The Domain API names its version `version`, not `v`. */
const query = { version: Schema.optionalKey(Schema.String) }
const UnknownAccount = OAuthErrorBody.annotate({ httpApiStatus: 401 })
const UnknownService = OAuthErrorBody.annotate({ httpApiStatus: 404 })

/**
 * Asks for one service. Service names are case sensitive.
 *
 * @category schemas
 * @since 0.1.0
 */
export const service = HttpApiEndpoint.get("service", ContractPaths.service, {
  params: { accountId: AccountId, service: Schema.NonEmptyString },
  query,
  success: BaseUri,
  error: [UnknownAccount, UnknownService]
}).annotateMerge(OpenApi.annotations({ title: "Base URI of one service" }))

/**
 * Asks for all services of an account.
 *
 * @category schemas
 * @since 0.1.0
 */
export const services = HttpApiEndpoint.get("services", ContractPaths.services, {
  params: { accountId: AccountId },
  query,
  success: BaseUris,
  error: UnknownAccount
}).annotateMerge(OpenApi.annotations({ title: "Base URIs of all services" }))

/**
 * The two requests of the Domain API.
 *
 * @category schemas
 * @since 0.1.0
 */
export class DomainGroup extends HttpApiGroup.make("domains").add(service, services) {}

/**
 * The whole contract. `OpenApi.fromApi(DomainApi)` gives the OpenAPI document.
 *
 * @category schemas
 * @since 0.1.0
 */
export class DomainApi extends HttpApi.make("domains")
  .add(DomainGroup)
  .annotateMerge(OpenApi.annotations({ title: "Domain API", version: "1.0" })) {}
