/**
 * The session as all tabs of the application share it.
 *
 * @since 0.1.0
 */
import type { SignedInView } from "@le-auth/core/SessionView"
import * as Page from "@le-auth/page"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import type { BackendUnavailable } from "./PageError.ts"
import * as PageSession from "./PageSession.ts"

/**
 * The signed-in user or none: now, and again each time that it may have changed, because another tab signed in or out,
 * or because the page is shown again. Each value comes from the backend, with the `PageSession` of the context.
 *
 * @example
 * ```ts
 * // compiled only
 * import * as PageSession from "@le-auth/browser/PageSession"
 * import * as SessionChanges from "@le-auth/browser/SessionChanges"
 * import * as Effect from "effect/Effect"
 * import * as Option from "effect/Option"
 * import * as Stream from "effect/Stream"
 *
 * const program = SessionChanges.changes.pipe(
 *   Stream.runForEach((session) => Effect.log(Option.isSome(session) ? session.value.subject : "Signed out")),
 *   Effect.provide(PageSession.layer)
 * )
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const changes: Stream.Stream<
  Option.Option<SignedInView>,
  BackendUnavailable,
  PageSession.PageSession
> = Stream.callback<void>((queue) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      Queue.offerUnsafe(queue, undefined)
      return Page.onChange(() => Queue.offerUnsafe(queue, undefined))
    }),
    (stop) => Effect.sync(stop)
  )
).pipe(Stream.mapEffect(() => PageSession.current))
