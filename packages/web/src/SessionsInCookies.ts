/**
 * The sign that sessions are in the cookies of browsers.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"

/**
 * Says that sessions are in cookies, and so are there in a request only: new tokens have to leave with its answer.
 * `CookieSessionStore` and `Stateless` give it. Where a program has it, `WebSignIn.toWebHandler` gives no functions for
 * tokens.
 *
 * @category services
 * @since 0.1.0
 */
export class SessionsInCookies extends Context.Service<SessionsInCookies, true>()("@le-auth/web/SessionsInCookies") {}
