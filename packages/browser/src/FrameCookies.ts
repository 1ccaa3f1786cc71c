/**
 * The application's cookies where its page is in a frame of another site, such as LivePerson's agent workspace: whether the
 * browser lets them through, and how to ask for them.
 *
 * @see LivePerson, "Agent Workspace Widget SDK", limitations
 * @since 0.1.0
 */
import type { SignedInView } from "@le-auth/core/SessionView"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { call, signedIn, unavailable } from "./internal/fromPlain.ts"
import { type BackendUnavailable, CookiesKeptBack, type PageNotSignedIn } from "./PageError.ts"
import * as Plain from "./plain.ts"

/**
 * @since 0.1.0
 */
export class FrameCookies extends Context.Service<
  FrameCookies,
  {
    /** Fails if the browser keeps the session's cookies from this page. Outside of a frame of another site it never does. */
    readonly check: Effect.Effect<void, CookiesKeptBack | BackendUnavailable>
    /**
     * Asks the user to let the frame have the application's cookies, and gives the session. Run it in a click, with nothing
     * awaited before, after a sign-in in a window.
     */
    readonly allow: Effect.Effect<SignedInView, CookiesKeptBack | PageNotSignedIn | BackendUnavailable>
  }
>()("@le-auth/browser/FrameCookies") {}

const keptBack = ({ message, reason }: Plain.CookiesKeptBack) => Effect.fail(new CookiesKeptBack({ message, reason }))

/**
 * See {@link layer}, with options.
 *
 * @since 0.1.0
 */
export const layerWith = (options: Plain.Backend): Layer.Layer<FrameCookies> =>
  Layer.succeed(FrameCookies, {
    check: Effect.flatMap(
      call(Plain.cookies, options),
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
      call(Plain.allowCookies, options),
      (result): Effect.Effect<SignedInView, CookiesKeptBack | PageNotSignedIn | BackendUnavailable> =>
        result._tag === "CookiesKeptBack" ? keptBack(result) : signedIn(result)
    )
  })

/**
 * The cookies of the backend on the page's own origin.
 *
 * @example
 * ```ts
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
 * @since 0.1.0
 */
export const layer: Layer.Layer<FrameCookies> = layerWith({})

/**
 * Whether the browser lets the session's cookies through, with the `FrameCookies` of the context.
 *
 * @since 0.1.0
 */
export const check: Effect.Effect<void, CookiesKeptBack | BackendUnavailable, FrameCookies> = FrameCookies.use(
  (cookies) => cookies.check
)

/**
 * Asks the user for them, with the `FrameCookies` of the context.
 *
 * @since 0.1.0
 */
export const allow: Effect.Effect<SignedInView, CookiesKeptBack | PageNotSignedIn | BackendUnavailable, FrameCookies> =
  FrameCookies.use((cookies) => cookies.allow)
