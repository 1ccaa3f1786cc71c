/**
 * The session of this browser as its page sees it: who is signed in, never a token. The session itself is kept by the
 * application's backend, in the `BrowserSessions` of `@le-auth/web`.
 *
 * @since 0.1.0
 */
import type { SignedInView } from "@le-auth/core/SessionView"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import { call, signedIn, unavailable, view } from "./internal/fromPlain.ts"
import { type BackendUnavailable, type PageNotSignedIn, OnlySignedOutHere } from "./PageError.ts"
import * as Plain from "./plain.ts"

/**
 * @since 0.1.0
 */
export class PageSession extends Context.Service<
  PageSession,
  {
    /** Who is signed in, if anybody, without refreshing anything. */
    readonly current: Effect.Effect<Option.Option<SignedInView>, BackendUnavailable>
    /** Has the backend refresh the access token now, whether it is due or not. The token stays there. */
    readonly refresh: Effect.Effect<SignedInView, PageNotSignedIn | BackendUnavailable>
    /** Signs the user out of this application only. LivePerson hears nothing of it. */
    readonly signOut: Effect.Effect<void, BackendUnavailable>
    /** Signs the user out of **all LivePerson applications**. */
    readonly signOutEverywhere: Effect.Effect<void, OnlySignedOutHere | BackendUnavailable>
  }
>()("@le-auth/browser/PageSession") {}

/**
 * See {@link layer}, with options.
 *
 * @since 0.1.0
 */
export const layerWith = (options: Plain.Backend): Layer.Layer<PageSession> =>
  Layer.succeed(PageSession, {
    current: Effect.flatMap(
      call(Plain.session, options),
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
    refresh: Effect.flatMap(call(Plain.refresh, options), signedIn),
    signOut: call(Plain.signOut, options).pipe(
      Effect.flatMap((result) => (result._tag === "SignedOut" ? Effect.void : Effect.fail(unavailable(result))))
    ),
    signOutEverywhere: call(Plain.signOutEverywhere, options).pipe(
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
 * The session that the backend on the page's own origin keeps.
 *
 * @example
 * ```ts
 * import * as PageSession from "@le-auth/browser/PageSession"
 * import * as Effect from "effect/Effect"
 *
 * const leave = PageSession.signOut.pipe(Effect.provide(PageSession.layer))
 * ```
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<PageSession> = layerWith({})

/**
 * Who is signed in, with the `PageSession` of the context.
 *
 * @since 0.1.0
 */
export const current: Effect.Effect<Option.Option<SignedInView>, BackendUnavailable, PageSession> = PageSession.use(
  (session) => session.current
)

/**
 * Refreshes now, with the `PageSession` of the context.
 *
 * @since 0.1.0
 */
export const refresh: Effect.Effect<SignedInView, PageNotSignedIn | BackendUnavailable, PageSession> = PageSession.use(
  (session) => session.refresh
)

/**
 * Signs the user out of this application only, with the `PageSession` of the context.
 *
 * @since 0.1.0
 */
export const signOut: Effect.Effect<void, BackendUnavailable, PageSession> = PageSession.use(
  (session) => session.signOut
)

/**
 * Signs the user out of all LivePerson applications, with the `PageSession` of the context.
 *
 * @since 0.1.0
 */
export const signOutEverywhere: Effect.Effect<void, OnlySignedOutHere | BackendUnavailable, PageSession> =
  PageSession.use((session) => session.signOutEverywhere)
