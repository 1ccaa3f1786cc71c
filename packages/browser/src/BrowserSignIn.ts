/**
 * A sign-in that starts on a page and comes back to it. The code goes to the application's backend (`@le-auth/web`),
 * which has the secret. The page has neither.
 *
 * The flow itself is in `@le-auth/page`. This module makes a service of it, with typed errors.
 *
 * @since 0.1.0
 */
import type { SignedInView } from "@le-auth/core/SessionView"
import * as Page from "@le-auth/page"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { atRoot } from "./internal/atRoot.ts"
import { call, notRedirected, signedIn, unavailable, view } from "./internal/fromPage.ts"
import { type BackendUnavailable, NoPopup, type NotRedirected, type PageNotSignedIn } from "./PageError.ts"

/**
 * A sign-in of the whole tab.
 *
 * @category models
 * @since 0.1.0
 */
export interface RedirectOptions extends Page.NoSecret {
  /** The return path, a path of this application. Default: the page's own path, with query and fragment. */
  readonly returnTo?: string | undefined
  /** The account to sign in to. Default: the only account in which the application is installed. */
  readonly account?: string | undefined
}

/**
 * A sign-in in a window of its own.
 *
 * @category models
 * @since 0.1.0
 */
export interface PopupOptions extends Page.NoSecret {
  /** The account to sign in to. Default: the only account in which the application is installed. */
  readonly account?: string | undefined
  /**
   * If the browser opens no window, `redirect` sends the whole tab, and `report` fails with `NoPopup`. Default:
   * `redirect`.
   */
  readonly blocked?: Page.PopupOptions["blocked"]
}

/**
 * The sign-in of a page: with the whole tab or in a window, and the session at a page load.
 *
 * @category services
 * @since 0.1.0
 */
export class BrowserSignIn extends Context.Service<
  BrowserSignIn,
  {
    /**
     * Sends the whole tab to the sign-in. Succeeds when the browser is on its way. The page still runs for a moment.
     */
    readonly redirect: (options?: RedirectOptions) => Effect.Effect<void, NotRedirected>
    /**
     * Signs in with a window of its own, and gives the session. Run it in a click, with nothing awaited before. If the
     * browser opens no window, the whole tab goes to the sign-in, and the effect does not end. An interruption closes
     * the window.
     */
    readonly popup: (
      options?: PopupOptions
    ) => Effect.Effect<SignedInView, NoPopup | NotRedirected | BackendUnavailable>
    /**
     * Removes a stray callback from the address bar, then gives the session. Run it first on the page, since it cleans
     * the address before it awaits anything.
     */
    readonly resume: Effect.Effect<SignedInView, PageNotSignedIn | BackendUnavailable>
    /**
     * Runs an effect each time that the user returns to the page without loading it (back/forward cache), until the
     * scope closes. The session may have changed meanwhile, see {@link resume}.
     */
    readonly onReturn: <R>(effect: Effect.Effect<unknown, never, R>) => Effect.Effect<void, never, R | Scope.Scope>
  }
>()("@le-auth/browser/BrowserSignIn") {}

/**
 * {@link layer} with the paths and the timeout of the backend.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerWith = (options: Page.Backend): Layer.Layer<BrowserSignIn> =>
  Layer.succeed(BrowserSignIn, {
    redirect: (redirectOptions) =>
      Effect.suspend(() => {
        const result = Page.redirect(atRoot({ ...options, ...redirectOptions }))
        return result._tag === "NotRedirected" ? Effect.fail(notRedirected(result)) : Effect.void
      }),
    popup: (popupOptions) =>
      Effect.flatMap(
        call(Page.popup, { ...options, ...popupOptions }),
        (result): Effect.Effect<SignedInView, NoPopup | NotRedirected | BackendUnavailable> => {
          switch (result._tag) {
            case "SignedIn":
              return Effect.succeed(view(result))
            case "NoPopup":
              return Effect.fail(new NoPopup({ message: result.message, reason: result.reason }))
            case "NotRedirected":
              return Effect.fail(notRedirected(result))
            case "Unavailable":
              return Effect.fail(unavailable(result))
            case "Redirecting":
              return Effect.never
          }
        }
      ),
    resume: Effect.flatMap(call(Page.resume, options), signedIn),
    onReturn: <R>(effect: Effect.Effect<unknown, never, R>) =>
      Effect.contextWith((context: Context.Context<R>) =>
        Effect.asVoid(
          Effect.acquireRelease(
            Effect.sync(() => Page.onReturn(() => void Effect.runForkWith(context)(effect))),
            (stop) => Effect.sync(stop)
          )
        )
      )
  })

/**
 * Sign-in through the backend on the page's own origin, at the paths of `@le-auth/web`. It needs nothing.
 *
 * @example
 * ```ts
 * // compiled only
 * import * as BrowserSignIn from "@le-auth/browser/BrowserSignIn"
 * import * as Effect from "effect/Effect"
 *
 * const who = BrowserSignIn.resume.pipe(
 *   Effect.map((session) => `User ${session.subject}`),
 *   Effect.catchTag("PageNotSignedIn", () => Effect.succeed("Signed out")),
 *   Effect.provide(BrowserSignIn.layer)
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<BrowserSignIn> = layerWith({})

/**
 * Sends the whole tab to the sign-in. Fails with `NotRedirected` for a bad return path or account, or in a frame of
 * another site.
 *
 * @example
 * ```ts
 * // compiled only
 * import * as BrowserSignIn from "@le-auth/browser/BrowserSignIn"
 * import * as Effect from "effect/Effect"
 *
 * const program = BrowserSignIn.redirect({ returnTo: "/inbox" }).pipe(
 *   Effect.catchTag("NotRedirected", (error) => Effect.log(error.message)),
 *   Effect.provide(BrowserSignIn.layer)
 * )
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const redirect = (options?: RedirectOptions): Effect.Effect<void, NotRedirected, BrowserSignIn> =>
  BrowserSignIn.use((signIn) => signIn.redirect(options))

/**
 * Signs in with a window of its own, and gives the session. Run it in a click, with nothing awaited before. Fails with
 * `NoPopup` if the user closes the window, or if the sign-in does not reach the page, and with `NotRedirected` for a
 * bad account. If the browser opens no window, the whole tab goes to the sign-in, and the effect does not end; with
 * `blocked: "report"` it fails with `NoPopup`. An interruption closes the window.
 *
 * @example
 * ```ts
 * // compiled only
 * import * as BrowserSignIn from "@le-auth/browser/BrowserSignIn"
 * import * as Effect from "effect/Effect"
 *
 * const program = BrowserSignIn.popup().pipe(
 *   Effect.map((session) => `User ${session.subject}`),
 *   Effect.catchTag("NoPopup", (error) => Effect.succeed(error.message)),
 *   Effect.provide(BrowserSignIn.layer)
 * )
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const popup = (
  options?: PopupOptions
): Effect.Effect<SignedInView, NoPopup | NotRedirected | BackendUnavailable, BrowserSignIn> =>
  BrowserSignIn.use((signIn) => signIn.popup(options))

/**
 * Removes a stray callback from the address bar, then gives the session. Run it first on the page. Fails with
 * `PageNotSignedIn` without a session.
 *
 * @example
 * ```ts
 * // compiled only
 * import * as BrowserSignIn from "@le-auth/browser/BrowserSignIn"
 * import * as Effect from "effect/Effect"
 *
 * const program = BrowserSignIn.resume.pipe(
 *   Effect.catchTag("PageNotSignedIn", () => BrowserSignIn.redirect()),
 *   Effect.provide(BrowserSignIn.layer)
 * )
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const resume: Effect.Effect<SignedInView, PageNotSignedIn | BackendUnavailable, BrowserSignIn> =
  BrowserSignIn.use((signIn) => signIn.resume)

/**
 * Runs an effect at each return to the page without loading it (back/forward cache), until the scope closes.
 *
 * @example
 * ```ts
 * // compiled only
 * import * as BrowserSignIn from "@le-auth/browser/BrowserSignIn"
 * import * as Effect from "effect/Effect"
 *
 * const program = BrowserSignIn.onReturn(Effect.log("Ask for the session again")).pipe(
 *   Effect.andThen(Effect.never),
 *   Effect.scoped,
 *   Effect.provide(BrowserSignIn.layer)
 * )
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const onReturn = <R>(
  effect: Effect.Effect<unknown, never, R>
): Effect.Effect<void, never, R | BrowserSignIn | Scope.Scope> => BrowserSignIn.use((signIn) => signIn.onReturn(effect))
