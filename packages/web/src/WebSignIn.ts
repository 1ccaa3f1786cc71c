/**
 * Ready sign-in routes for an application's server.
 *
 * | route | what it does |
 * |---|---|
 * | `GET /login?returnTo=/path` | sends the browser to Sentinel |
 * | `GET` the redirect URI's path | receives the callback, then leads to the return path |
 * | `GET /session` | JSON: who is signed in, see `SessionView` of `@le-auth/core` |
 * | `POST /session/refresh` | refreshes the access token now |
 * | `POST /sign-out` | signs out of this application |
 * | `POST /sign-out/everywhere` | signs out of all LivePerson applications |
 *
 * @since 0.1.0
 */
import type { AppInstallations } from "@le-auth/core/AppInstallations"
import type { Sessions } from "@le-auth/core/Sessions"
import type { SignIn } from "@le-auth/core/SignIn"
import type * as HttpRouter from "effect/http/HttpRouter"
import * as Layer from "effect/Layer"
import type { BrowserSessions } from "./BrowserSessions.ts"
import * as SessionRoutes from "./SessionRoutes.ts"
import * as SignInRoutes from "./SignInRoutes.ts"
import * as WebApplication from "./WebApplication.ts"

/**
 * The routes alone, for an application whose own routes share the `WebApplication` with them: provide
 * `WebApplication.layer` to both.
 *
 * @since 0.1.0
 */
export const routes = Layer.mergeAll(SignInRoutes.layer, SessionRoutes.layer)

/**
 * Adds the routes to the `HttpRouter`, and gives the application's own routes what `WebApplication.currentSession` needs.
 *
 * @example
 * ```ts
 * import * as WebSignIn from "@le-auth/web/WebSignIn"
 *
 * const routes = WebSignIn.layer({ paths: { home: "/inbox" } })
 * ```
 *
 * @since 0.1.0
 */
export const layer = (
  options: WebApplication.Options = {}
): Layer.Layer<
  WebApplication.WebApplication,
  WebApplication.NoRedirectUri,
  AppInstallations | BrowserSessions | HttpRouter.HttpRouter | Sessions | SignIn
> => routes.pipe(Layer.provideMerge(WebApplication.layer(options)))
