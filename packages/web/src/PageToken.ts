/**
 * The access token for a page that calls LivePerson itself (token-mediating backend).
 *
 * **A script in the page can take the token away, and use it until it ends.** `ApiProxy` works without a token in the
 * page. Use this module only for calls that cannot go through the backend.
 *
 * @see OAuth 2.0 for browser-based applications, "Token-mediating backend"
 * @since 0.1.0
 */
import { Domains } from "@le-auth/core/Domains"
import * as RetryPolicy from "@le-auth/core/RetryPolicy"
import { Sessions } from "@le-auth/core/Sessions"
import { noStore } from "@le-auth/core/shared/PagePolicy"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { BrowserSessions } from "./BrowserSessions.ts"
import { answering, refuse } from "./internal/pageCall.ts"
import { WebApplication } from "./WebApplication.ts"

/**
 * The services whose hosts may get the token.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** The names of the services of the Domain API that the page calls. The page gets the token for their hosts. */
  readonly services: ReadonlyArray<string>
}

/**
 * Adds the route `POST /session/token/SERVICE` for the application's own pages. It answers with
 * `{ accessToken, expiresIn, origin }`, where `expiresIn` is in milliseconds. The token is refreshed first if it is
 * due. The answer never has a refresh token. `directApi` of `@le-auth/browser` asks for it, and keeps it in memory.
 *
 * @example
 * ```ts
 * import * as PageToken from "@le-auth/web/PageToken"
 *
 * const tokens = PageToken.layer({ services: ["asyncMessagingEnt"] })
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  options: Options
): Layer.Layer<never, never, HttpRouter.HttpRouter | WebApplication | BrowserSessions | Sessions | Domains> =>
  HttpRouter.addAll(
    Effect.gen(function* () {
      const { paths, route } = yield* WebApplication
      const sessions = yield* Sessions
      const domains = yield* Domains
      const path = route(`${paths.session}/token`)

      const token = yield* answering(
        Effect.fnUntraced(function* (request, key) {
          const service = options.services.find((each) => request.url === `${path}/${encodeURIComponent(each)}`)
          if (service === undefined) {
            return yield* refuse("NotAllowed", 403, "No token for this service. See the services of PageToken.")
          }
          const origin = yield* domains.resolve(key.accountId, service)
          const accessToken = yield* sessions.accessToken(key)
          const session = yield* sessions.current(key)
          const expiresAt = Option.isSome(session) ? session.value.expiresAt : 0
          return HttpServerResponse.jsonUnsafe(
            {
              accessToken: Redacted.value(accessToken),
              expiresIn: Math.max(0, expiresAt - (yield* Clock.currentTimeMillis)),
              origin
            },
            { headers: noStore }
          )
        }, RetryPolicy.disabled)
      )
      return [HttpRouter.route("POST", `${path}/:service`, token)]
    })
  )
