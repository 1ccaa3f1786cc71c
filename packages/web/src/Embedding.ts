/**
 * The origins that may show the application's pages in a frame.
 *
 * LivePerson's agent workspace shows an application as a widget in an iframe, where its cookies are third-party
 * cookies. A browser sends them only with `SameSite=None; Secure`, and many only after the user has allowed it, or with
 * `Partitioned`.
 *
 * @see LivePerson, "Agent Workspace Widget SDK", limitations
 * @see draft-ietf-httpbis-rfc6265bis section 5.2 (SameSite), CHIPS (Partitioned), and the Storage Access API
 * @see {@link https://www.w3.org/TR/CSP3/#directive-frame-ancestors CSP Level 3 section 6.4.2}
 * @since 0.1.0
 */
import type { RedirectUri } from "@le-auth/core/Identifiers"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/**
 * The application cannot be embedded with these options. The layer fails with this error at the start, before the first
 * cookie is lost.
 *
 * @category errors
 * @since 0.1.0
 */
export class EmbeddingRefused extends Schema.TaggedError<EmbeddingRefused>()("EmbeddingRefused", {
  reason: Schema.Literals(["NotHttps", "NotAFrameAncestor"]),
  value: Schema.String
}) {
  override get message(): string {
    return this.reason === "NotHttps"
      ? `The redirect URI ${this.value} is not https. Browsers send the cookies of a frame over https only: use an https redirect URI, or leave out frameAncestors.`
      : `${JSON.stringify(this.value)} is not an origin that may embed the application. Write https://host or https://*.host, one for each entry.`
  }
}

/**
 * The cookies of an application in a frame.
 *
 * - `shared`: the cookies that it also has in a window of its own. A sign-in in a window reaches the frame if the
 *   browser lets such cookies through, or the user allows it (`allowCookies` of `@le-auth/browser`).
 * - `partitioned`: cookies only for this frame in this workspace. Browsers send them without asking, but the sign-in
 *   has to happen in the frame, so every page of the login must let itself be framed.
 *
 * @category models
 * @since 0.1.0
 */
export type FrameCookies = "shared" | "partitioned"

/** The allowed form. A space, a semicolon or a quote would change the policy, and `*` alone would allow every site. */
const frameAncestor =
  /^https:\/\/(?:\*\.)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+(?::\d{1,5})?$/i

/**
 * Checks the origins that may embed an application, such as `https://*.liveperson.net`, against its redirect URI. An
 * empty list is always right, and allows no origin.
 *
 * @example
 * ```ts
 * import { RedirectUri } from "@le-auth/core/Identifiers"
 * import * as Embedding from "@le-auth/web/Embedding"
 *
 * Embedding.check(["https://*.liveperson.net"], RedirectUri.make("https://www.example.com/callback")) // => undefined
 * ```
 *
 * @category guards
 * @since 0.1.0
 */
export const check = (
  frameAncestors: ReadonlyArray<string>,
  redirectUri: RedirectUri
): Effect.Effect<void, EmbeddingRefused> =>
  Effect.gen(function* () {
    if (frameAncestors.length === 0) return
    const wrong = frameAncestors.find((origin) => !frameAncestor.test(origin))
    if (wrong !== undefined) return yield* new EmbeddingRefused({ reason: "NotAFrameAncestor", value: wrong })
    if (!/^https:/i.test(redirectUri)) {
      return yield* new EmbeddingRefused({ reason: "NotHttps", value: redirectUri })
    }
  })
