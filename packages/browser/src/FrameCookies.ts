/**
 * The application's cookies for a page in a frame of another site, such as LivePerson's agent workspace. It checks
 * whether the browser lets them through, and asks the user for them.
 *
 * @see LivePerson, "Agent Workspace Widget SDK", limitations
 * @since 0.1.0
 */
import type { SignedInView } from "@le-auth/core/SessionView"
import * as Page from "@le-auth/page"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { call, signedIn, unavailable } from "./internal/fromPage.ts"
import { type BackendUnavailable, CookiesKeptBack, type PageNotSignedIn } from "./PageError.ts"

/**
 * The cookies of a page in a frame.
 *
 * @category services
 * @since 0.1.0
 */
export class FrameCookies extends Context.Service<
  FrameCookies,
  {
    /**
     * Fails if the browser keeps the session's cookies from this page, which happens only in a frame of another site.
     */
    readonly check: Effect.Effect<void, CookiesKeptBack | BackendUnavailable>
    /**
     * Asks the user to let the frame have the application's cookies, and gives the session. Run it in a click, with
     * nothing awaited before, after a sign-in in a window.
     */
    readonly allow: Effect.Effect<SignedInView, CookiesKeptBack | PageNotSignedIn | BackendUnavailable>
  }
>()("@le-auth/browser/FrameCookies") {}

const keptBack = ({ message, reason }: Page.CookiesKeptBack) => Effect.fail(new CookiesKeptBack({ message, reason }))

/**
 * {@link layer} with the paths and the timeout of the backend.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerWith = (options: Page.Backend): Layer.Layer<FrameCookies> =>
  Layer.succeed(FrameCookies, {
    check: Effect.flatMap(
      call(Page.cookies, options),
      (result): Effect.Effect<void, CookiesKeptBack | BackendUnavailable> => {
        switch (result._tag) {
          case "CookiesArrive":
            return Effect.void
          case "CookiesKeptBack":
            return keptBack(result)
          case "Unavailable":
            return Effect.fail(unavailable(result))
        }
      }
    ),
    allow: Effect.flatMap(
      call(Page.allowCookies, options),
      (result): Effect.Effect<SignedInView, CookiesKeptBack | PageNotSignedIn | BackendUnavailable> =>
        result._tag === "CookiesKeptBack" ? keptBack(result) : signedIn(result)
    )
  })

/**
 * The cookies of the backend on the page's own origin. It needs nothing.
 *
 * @example
 * ```ts
 * // compiled only
 * import * as FrameCookies from "@le-auth/browser/FrameCookies"
 * import * as Effect from "effect/Effect"
 *
 * const wayOut = FrameCookies.check.pipe(
 *   Effect.as(undefined),
 *   Effect.catchTag("CookiesKeptBack", ({ message }) => Effect.succeed(message)),
 *   Effect.provide(FrameCookies.layer)
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<FrameCookies> = layerWith({})

/**
 * Succeeds if the browser lets the session's cookies through, and fails with `CookiesKeptBack` if it does not.
 *
 * @example
 * ```ts
 * // compiled only
 * import * as FrameCookies from "@le-auth/browser/FrameCookies"
 * import * as Effect from "effect/Effect"
 *
 * const program = FrameCookies.check.pipe(
 *   Effect.as("The session reaches this frame"),
 *   Effect.catchTag("CookiesKeptBack", (error) => Effect.succeed(error.message)),
 *   Effect.provide(FrameCookies.layer)
 * )
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const check: Effect.Effect<void, CookiesKeptBack | BackendUnavailable, FrameCookies> = FrameCookies.use(
  (cookies) => cookies.check
)

/**
 * Asks the user to let the frame have the application's cookies, and gives the session. Run it in a click, with nothing
 * awaited before.
 *
 * @example
 * ```ts
 * // compiled only
 * import * as FrameCookies from "@le-auth/browser/FrameCookies"
 * import * as Effect from "effect/Effect"
 *
 * const program = FrameCookies.allow.pipe(
 *   Effect.map((session) => `User ${session.subject}`),
 *   Effect.provide(FrameCookies.layer)
 * )
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const allow: Effect.Effect<SignedInView, CookiesKeptBack | PageNotSignedIn | BackendUnavailable, FrameCookies> =
  FrameCookies.use((cookies) => cookies.allow)
