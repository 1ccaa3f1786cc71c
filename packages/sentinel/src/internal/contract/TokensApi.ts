/** `/control/introspect`: whether a token is good, for services and stubs of one's own. */
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { InvalidChange, NotSupported, StoreUnavailable } from "../../ControlError.ts"

const optional = Schema.optionalKey

const Asked = Schema.Struct({ token: Schema.RedactedFromValue(Schema.NonEmptyString) })

/** RFC 7662 section 2.2. */
export const Introspection = Schema.Struct({
  active: Schema.Boolean,
  scope: optional(Schema.String),
  client_id: optional(Schema.String),
  username: optional(Schema.String),
  token_type: optional(Schema.String),
  exp: optional(Schema.Int),
  iat: optional(Schema.Int),
  sub: optional(Schema.String),
  aud: optional(Schema.String),
  iss: optional(Schema.String)
}).annotate({ identifier: "Introspection" })

/** Tokens: to introspect. */
export class TokensGroup extends HttpApiGroup.make("tokens").add(
  HttpApiEndpoint.post("introspect", "/control/introspect", {
    payload: [Asked, Asked.pipe(HttpApiSchema.asFormUrlEncoded())],
    success: Introspection,
    error: [InvalidChange, NotSupported, StoreUnavailable]
  })
    // A resource server may send more, such as token_type_hint or credentials of its own, which is not needed here.
    .annotate(HttpApi.PayloadParseOptions, { errors: "all" })
    .annotateMerge(
      OpenApi.annotations({
        title: "Whether a token is good, and whose it is (RFC 7662)",
        description:
          "token: an access token, an app token or a refresh token, as JSON or as a form. Everything else is " +
          '{"active": false}. token_type is Bearer of what opens resources, and refresh_token of a refresh token.'
      })
    )
) {}
