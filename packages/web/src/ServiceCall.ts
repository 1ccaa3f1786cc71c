/**
 * Calls of LivePerson's APIs for a user, from code of the application's server.
 *
 * @since 0.1.0
 */
import type { Domains, DomainsError } from "@le-auth/core/Domains"
import type { Origin } from "@le-auth/core/Origin"
import type { SessionError, Sessions } from "@le-auth/core/Sessions"
import * as TransportProblem from "@le-auth/core/TransportProblem"
import type * as ByteSize from "effect/ByteSize"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Schema from "effect/Schema"
import type { BrowserSessions } from "./BrowserSessions.ts"
import type { InvalidArgument } from "./InvalidArgument.ts"
import type { Who } from "./UserSession.ts"
import type { WebApplication } from "./WebApplication.ts"

/**
 * A service gave no answer, or none that can be used. `reason` is one class of `TransportProblem` for each cause. An
 * answer that breaks while it is read ends with this error too.
 *
 * @category errors
 * @since 0.1.0
 */
export class ServiceError extends Schema.TaggedError<ServiceError>()("ServiceError", {
  service: Schema.String,
  reason: TransportProblem.TransportProblem
}) {
  /** Whether the service may have acted on the call. `false` is certain. */
  get sent(): boolean {
    return this.reason.sent
  }

  override get message(): string {
    const { reason, service } = this
    return `The service ${service} of LivePerson cannot be used: ${TransportProblem.what(reason)}. ${TransportProblem.remedy(reason)}`
  }
}

/**
 * The options of a call: those of `fetch`, without what a call cannot have, and its limits.
 *
 * @category models
 * @since 0.1.0
 */
export interface Init {
  /** Default: `GET`. */
  readonly method?: string | undefined
  /** `Authorization`, cookies and headers about the connection are not sent on. */
  readonly headers?: HeadersInit | undefined
  /** It is read before the call, so that the call can be repeated. */
  readonly body?: BodyInit | null | undefined
  /** Ends the call, and an answer that is being read. */
  readonly signal?: AbortSignal | null | undefined
  /** The largest body of a call. Default: 1 MiB. `RequestLimits` has the limit of an answer. */
  readonly maximumRequestSize?: ByteSize.Input | undefined
  /** As `deadline` of `ApiProxy`. */
  readonly deadline?: Duration.Input | undefined
}

/** Calls a service. */
export declare const callApi: (
  who: Who,
  service: string,
  path: string,
  init?: Init
) => Effect.Effect<
  Response,
  ServiceError | SessionError | InvalidArgument,
  WebApplication | BrowserSessions | Sessions | Domains | HttpClient.HttpClient
>

/** The origin of a service for an account. */
export declare const serviceOrigin: (
  accountId: string,
  service: string
) => Effect.Effect<Origin, DomainsError | InvalidArgument, Domains>
