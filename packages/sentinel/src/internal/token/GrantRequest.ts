/** The common parts of the grant types of the token endpoint. */
import type { UrlParameters } from "@le-auth/core/shared/UrlParameters"
import type { StoreError } from "@le-auth/core/StoreError"
import type * as Effect from "effect/Effect"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { Installation } from "../../Directory.ts"
import type { Secrets } from "../session/Secrets.ts"
import type { OAuthFailure } from "./OAuthFailure.ts"
import type { TokenAnswer } from "./TokenAnswer.ts"
import type { TokenSets } from "./TokenSet.ts"

/** A request of an application with a proven identity. `now` is in milliseconds since 1970. */
export interface GrantRequest {
  readonly accountId: string
  readonly installation: Installation
  readonly body: UrlParameters
  readonly now: number
  /** The issuer of its id_token. */
  readonly issuer: string
}

/** Answers the requests of one grant type. */
export type GrantHandler = (
  request: GrantRequest
) => Effect.Effect<HttpServerResponse.HttpServerResponse, OAuthFailure | StoreError>

/** The parts that every handler needs. */
export interface GrantParts {
  readonly answer: TokenAnswer
  readonly secrets: Secrets
  readonly tokenSets: TokenSets
}
