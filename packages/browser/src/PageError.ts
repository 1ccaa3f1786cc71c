/**
 * The errors of a page.
 *
 * They are tagged errors without a schema, unlike those of the other packages. Schemas would nearly double the size of
 * a page's sign-in, from 16 to 30 kB, and these errors do not travel.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import type {
  CookiesKeptBack as KeptBack,
  NoPopup as NoWindow,
  NotRedirected as Refusal,
  SignedOut,
  SignedOutHere,
  Unavailable
} from "@le-auth/page"

/**
 * No user is signed in. See {@link SignedOut} for the reasons.
 *
 * @category errors
 * @since 0.1.0
 */
export class PageNotSignedIn extends Data.TaggedError("PageNotSignedIn")<{
  readonly reason: SignedOut["reason"]
  readonly message: string
}> {}

/**
 * The application's backend gave no usable answer. See {@link Unavailable} for the reasons.
 *
 * @category errors
 * @since 0.1.0
 */
export class BackendUnavailable extends Data.TaggedError("BackendUnavailable")<{
  readonly reason: Unavailable["reason"]
  readonly status: number | undefined
  readonly message: string
}> {
  /** Whether the same request may succeed later. */
  get isTransient(): boolean {
    return this.reason === "Unreachable" || this.reason === "Timeout" || this.status === 429 || this.status === 503
  }
}

/**
 * The user is signed out of this application, but maybe not of the other LivePerson applications. See
 * {@link SignedOutHere}.
 *
 * @category errors
 * @since 0.1.0
 */
export class OnlySignedOutHere extends Data.TaggedError("OnlySignedOutHere")<Pick<SignedOutHere, "message">> {}

/**
 * The browser was not sent to the sign-in. See {@link Refusal} for the reasons.
 *
 * @category errors
 * @since 0.1.0
 */
export class NotRedirected extends Data.TaggedError("NotRedirected")<{
  readonly reason: Refusal["reason"]
  readonly message: string
}> {}

/**
 * There was no sign-in in a window of its own. See {@link NoWindow} for the reasons.
 *
 * @category errors
 * @since 0.1.0
 */
export class NoPopup extends Data.TaggedError("NoPopup")<{
  readonly reason: NoWindow["reason"]
  readonly message: string
}> {}

/**
 * The page is in a frame of another site, and the browser keeps the session's cookies from it. See {@link KeptBack}.
 *
 * @category errors
 * @since 0.1.0
 */
export class CookiesKeptBack extends Data.TaggedError("CookiesKeptBack")<{
  readonly reason: KeptBack["reason"]
  readonly message: string
}> {}
