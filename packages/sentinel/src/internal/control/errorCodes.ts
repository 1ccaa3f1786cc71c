/** Which endpoint has which error codes. */
import { authorizationErrorCodes, tokenErrorCodes } from "@le-auth/core/OAuthError"
import * as Schema from "effect/Schema"

/** Whether the authorization endpoint can send an error back (RFC 6749 section 4.1.2.1). */
export const isAuthorizationErrorCode = Schema.is(Schema.Literals(authorizationErrorCodes))

/** Whether the token endpoint can answer with an error (RFC 6749 section 5.2). */
export const isTokenErrorCode = Schema.is(Schema.Literals(tokenErrorCodes))
