/**
 * The session of this browser as its page sees it: the signed-in user, and no token. The application's backend keeps
 * the session itself, in the `BrowserSessions` of `@le-auth/web`.
 *
 * @since 0.1.0
 */
import type { SignedInView } from "@le-auth/core/SessionView"
import * as Page from "@le-auth/page"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import { call, signedIn, unavailable, view } from "./internal/fromPage.ts"
import { type BackendUnavailable, type PageNotSignedIn, OnlySignedOutHere } from "./PageError.ts"

/**
 * The session of a page, and the ways to end it.
 *
 * @category services
 * @since 0.1.0
 */
export class PageSession extends Context.Service<
  PageSession,
  {
    /** The signed-in user, or none. Asking for it refreshes nothing. */
    readonly current: Effect.Effect<Option.Option<SignedInView>, BackendUnavailable>
    /** Makes the backend refresh the access token now, even if it is not due. The token stays at the backend. */
    readonly refresh: Effect.Effect<SignedInView, PageNotSignedIn | BackendUnavailable>
    /** Signs the user out of this application only. LivePerson is not told. */
    readonly signOut: Effect.Effect<void, BackendUnavailable>
    /** Signs the user out of **all LivePerson applications**. */
    readonly signOutEverywhere: Effect.Effect<void, OnlySignedOutHere | BackendUnavailable>
  }
>()("@le-auth/browser/PageSession") {}

/**
 * {@link layer} with the paths and the timeout of the backend.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerWith = (options: Page.Backend): Layer.Layer<PageSession> =>
  Layer.succeed(PageSession, {
    current: Effect.flatMap(
      call(Page.session, options),
      (result): Effect.Effect<Option.Option<SignedInView>, BackendUnavailable> => {
        switch (result._tag) {
          case "SignedIn":
            return Effect.succeedSome(view(result))
          case "SignedOut":
            return Effect.succeedNone
          case "Unavailable":
            return Effect.fail(unavailable(result))
        }
      }
    ),
    refresh: Effect.flatMap(call(Page.refresh, options), signedIn),
    signOut: call(Page.signOut, options).pipe(
      Effect.flatMap((result) => (result._tag === "SignedOut" ? Effect.void : Effect.fail(unavailable(result))))
    ),
    signOutEverywhere: call(Page.signOutEverywhere, options).pipe(
      Effect.flatMap((result): Effect.Effect<void, OnlySignedOutHere | BackendUnavailable> => {
        switch (result._tag) {
          case "SignedOut":
            return Effect.void
          case "SignedOutHere":
            return Effect.fail(new OnlySignedOutHere({ message: result.message }))
          case "Unavailable":
            return Effect.fail(unavailable(result))
        }
      })
    )
  })

/**
 * The session that the backend on the page's own origin keeps. It needs nothing.
 *
 * @example
 * ```ts
 * // compiled only
 * import * as PageSession from "@le-auth/browser/PageSession"
 * import * as Effect from "effect/Effect"
 *
 * const leave = PageSession.signOut.pipe(Effect.provide(PageSession.layer))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<PageSession> = layerWith({})

/**
 * The signed-in user, or none. Asking for it refreshes nothing.
 *
 * @example
 * ```ts
 * // compiled only
 * import * as PageSession from "@le-auth/browser/PageSession"
 * import * as Effect from "effect/Effect"
 * import * as Option from "effect/Option"
 *
 * const program = PageSession.current.pipe(
 *   Effect.map(Option.match({ onNone: () => "Signed out", onSome: ({ accountId }) => `Account ${accountId}` })),
 *   Effect.provide(PageSession.layer)
 * )
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const current: Effect.Effect<Option.Option<SignedInView>, BackendUnavailable, PageSession> = PageSession.use(
  (session) => session.current
)

/**
 * Makes the backend refresh the access token now, and gives the session. Fails with `PageNotSignedIn` if it has ended,
 * and with `BackendUnavailable` without a usable answer, which `isTransient` tells apart.
 *
 * @example
 * ```ts
 * // compiled only
 * import * as PageSession from "@le-auth/browser/PageSession"
 * import * as Effect from "effect/Effect"
 *
 * const program = PageSession.refresh.pipe(
 *   Effect.map((session) => session.expiresAt),
 *   Effect.provide(PageSession.layer)
 * )
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const refresh: Effect.Effect<SignedInView, PageNotSignedIn | BackendUnavailable, PageSession> = PageSession.use(
  (session) => session.refresh
)

/**
 * Signs the user out of this application only. LivePerson is not told.
 *
 * @example
 * ```ts
 * // compiled only
 * import * as PageSession from "@le-auth/browser/PageSession"
 * import * as Effect from "effect/Effect"
 *
 * const program = PageSession.signOut.pipe(Effect.provide(PageSession.layer))
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const signOut: Effect.Effect<void, BackendUnavailable, PageSession> = PageSession.use(
  (session) => session.signOut
)

/**
 * Signs the user out of **all LivePerson applications**. Fails with `OnlySignedOutHere` if LivePerson does not confirm
 * it. The user is then signed out of this application.
 *
 * @example
 * ```ts
 * // compiled only
 * import * as PageSession from "@le-auth/browser/PageSession"
 * import * as Effect from "effect/Effect"
 *
 * const program = PageSession.signOutEverywhere.pipe(
 *   Effect.catchTag("OnlySignedOutHere", (error) => Effect.log(error.message)),
 *   Effect.provide(PageSession.layer)
 * )
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const signOutEverywhere: Effect.Effect<void, OnlySignedOutHere | BackendUnavailable, PageSession> =
  PageSession.use((session) => session.signOutEverywhere)
