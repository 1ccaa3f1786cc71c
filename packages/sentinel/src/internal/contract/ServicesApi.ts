/** `/control/accounts/{account}/services` and `.../stubs`: what an account has behind its services. */
import { AccountId } from "@le-auth/core/Identifiers"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { InvalidChange, NotThere, StoreUnavailable } from "../../ControlError.ts"
import { BareHost, ServiceName, Services, Stub, Stubs } from "../../Stub.ts"

const account = { accountId: AccountId }
const service = { ...account, service: ServiceName }
const success = HttpApiSchema.NoContent
const error = [InvalidChange, NotThere, StoreUnavailable]

/** The services of an account that are elsewhere than Sentinel: to list, set and remove. */
export class ServicesGroup extends HttpApiGroup.make("services").add(
  HttpApiEndpoint.get("list", "/control/accounts/:accountId/services", {
    params: account,
    success: Services,
    error: NotThere
  }).annotateMerge(OpenApi.annotations({ title: "The services of an account that are elsewhere, with their hosts" })),
  HttpApiEndpoint.put("set", "/control/accounts/:accountId/services/:service", {
    params: service,
    payload: Schema.Struct({ host: BareHost }),
    success,
    error
  }).annotateMerge(OpenApi.annotations({ title: "Say where a service is: the Domain API tells it at once" })),
  HttpApiEndpoint.delete("remove", "/control/accounts/:accountId/services/:service", {
    params: service,
    success,
    error
  }).annotateMerge(OpenApi.annotations({ title: "Bring a service back to Sentinel's own host" }))
) {}

/** The stubs of an account: to list, replace, add and remove. */
export class StubsGroup extends HttpApiGroup.make("stubs").add(
  HttpApiEndpoint.get("list", "/control/accounts/:accountId/stubs", {
    params: account,
    success: Stubs,
    error: NotThere
  }).annotateMerge(OpenApi.annotations({ title: "The stubs of an account, by service" })),
  HttpApiEndpoint.put("replace", "/control/accounts/:accountId/stubs/:service", {
    params: service,
    payload: Schema.Struct({ stubs: Schema.Array(Stub) }),
    success,
    error
  }).annotateMerge(OpenApi.annotations({ title: "Replace all stubs of a service" })),
  HttpApiEndpoint.post("add", "/control/accounts/:accountId/stubs/:service", {
    params: service,
    payload: Stub,
    success,
    error
  }).annotateMerge(OpenApi.annotations({ title: "Add a stub to a service, in place of the one of the same route" })),
  HttpApiEndpoint.delete("remove", "/control/accounts/:accountId/stubs/:service", {
    params: service,
    query: { route: Schema.optionalKey(Schema.NonEmptyString) },
    success,
    error
  }).annotateMerge(
    OpenApi.annotations({
      title: "Remove the stubs of a service",
      description: "route: only the stub with this route, such as GET /api/account/{account}/lambdas."
    })
  )
) {}
