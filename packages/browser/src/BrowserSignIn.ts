/**
 * A sign-in that starts on a page and comes back to it. The code goes to the application's backend (`@le-auth/web`), which
 * has the secret; the page has neither.
 *
 * The flow itself is in the plain entry. Here it is a service with typed errors.
 *
 * @since 0.1.0
 */
import type { SignedInView } from "@le-auth/core/SessionView"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { call, notRedirected, signedIn, unavailable, view } from "./internal/fromPlain.ts"
import { type BackendUnavailable, NoPopup, type NotRedirected, type PageNotSignedIn } from "./PageError.ts"
import * as Plain from "./plain.ts"

/**
 * @since 0.1.0
 */
export interface RedirectOptions extends Plain.NoSecret {
  /** Where to come back to: a path of this application. Default: where the page is now, with query and fragment. */
  readonly returnTo?: string | undefined
  /** The account to sign in to. May be left out if the application is installed in one account only. */
  readonly account?: string | undefined
}

/**
 * @since 0.1.0
 */
export interface PopupOptions extends Plain.NoSecret {
  /** The account to sign in to. May be left out if the application is installed in one account only. */
  readonly account?: string | undefined
  /** What to do if the browser opens no window: send the whole tab, or fail with `NoPopup`. Default: `redirect`. */
  readonly blocked?: Plain.PopupOptions["blocked"]
}

/**
 * @since 0.1.0
 */
export class BrowserSignIn extends Context.Service<
  BrowserSignIn,
  {
    /** Sends the whole tab to the sign-in. Succeeds when the browser is on its way; the page runs on for a moment. */
    readonly redirect: (options?: RedirectOptions) => Effect.Effect<void, NotRedirected>
    /**
     * Signs in with a window of its own, and gives the session. Run it in the click, with nothing awaited before. If the browser
     * opens no window, the whole tab goes to the sign-in, and this does not end. An interruption closes the window.
     */
    readonly popup: (
      options?: PopupOptions
    ) => Effect.Effect<SignedInView, NoPopup | NotRedirected | BackendUnavailable>
    /**
     * Cleans the address bar of a stray callback, then gives the session. Run it first on the page: the cleaning happens
     * before anything is awaited.
     */
    readonly resume: Effect.Effect<SignedInView, PageNotSignedIn | BackendUnavailable>
    /**
     * Runs an effect each time the user returns to the page without loading it (back/forward cache), until the scope
     * closes. Somebody may have signed in or out since; {@link resume} tells.
     */
    readonly onReturn: <R>(effect: Effect.Effect<unknown, never, R>) => Effect.Effect<void, never, R | Scope.Scope>
  }
>()("@le-auth/browser/BrowserSignIn") {}

/**
 * See {@link layer}, with options.
 *
 * @since 0.1.0
 */
export const layerWith = (options: Plain.Backend): Layer.Layer<BrowserSignIn> =>
  Layer.succeed(BrowserSignIn, {
    redirect: (redirectOptions) =>
      Effect.suspend(() => {
        const result = Plain.redirect({ ...options, ...redirectOptions })
        return result._tag === "NotRedirected" ? Effect.fail(notRedirected(result)) : Effect.void
      }),
    popup: (popupOptions) =>
      Effect.flatMap(
        call(Plain.popup, { ...options, ...popupOptions }),
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
    resume: Effect.flatMap(call(Plain.resume, options), signedIn),
    onReturn: <R>(effect: Effect.Effect<unknown, never, R>) =>
      Effect.contextWith((context: Context.Context<R>) =>
        Effect.asVoid(
          Effect.acquireRelease(
            Effect.sync(() => Plain.onReturn(() => void Effect.runForkWith(context)(effect))),
            (stop) => Effect.sync(stop)
          )
        )
      )
  })

/**
 * Sign-in through the backend on the page's own origin.
 *
 * @example
 * ```ts
 * import * as BrowserSignIn from "@le-auth/browser/BrowserSignIn"
 * import * as Effect from "effect/Effect"
 *
 * const who = BrowserSignIn.resume.pipe(
 *   Effect.map((session) => `User ${session.subject}`),
 *   Effect.catchTag("PageNotSignedIn", () => Effect.succeed("Nobody")),
 *   Effect.provide(BrowserSignIn.layerWith({ paths: { session: "/auth/session" } }))
 * )
 * ```
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<BrowserSignIn> = layerWith({})

/**
 * Sends the user to the sign-in, with the `BrowserSignIn` of the context.
 *
 * @since 0.1.0
 */
export const redirect = (options?: RedirectOptions): Effect.Effect<void, NotRedirected, BrowserSignIn> =>
  BrowserSignIn.use((signIn) => signIn.redirect(options))

/**
 * Signs in with a window of its own, with the `BrowserSignIn` of the context.
 *
 * @since 0.1.0
 */
export const popup = (
  options?: PopupOptions
): Effect.Effect<SignedInView, NoPopup | NotRedirected | BackendUnavailable, BrowserSignIn> =>
  BrowserSignIn.use((signIn) => signIn.popup(options))

/**
 * The session at the start of a page, with the `BrowserSignIn` of the context.
 *
 * @since 0.1.0
 */
export const resume: Effect.Effect<SignedInView, PageNotSignedIn | BackendUnavailable, BrowserSignIn> =
  BrowserSignIn.use((signIn) => signIn.resume)

/**
 * Runs an effect at each return to the page, with the `BrowserSignIn` of the context.
 *
 * @since 0.1.0
 */
export const onReturn = <R>(
  effect: Effect.Effect<unknown, never, R>
): Effect.Effect<void, never, R | BrowserSignIn | Scope.Scope> => BrowserSignIn.use((signIn) => signIn.onReturn(effect))
