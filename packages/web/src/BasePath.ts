/**
 * The public prefix of an application that has only a part of a host.
 *
 * @since 0.1.0
 */
import type { RedirectUri } from "@le-auth/core/Identifiers"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/**
 * The base path is not a path, or the redirect URI is not below it.
 *
 * @category errors
 * @since 0.1.0
 */
export class BasePathRefused extends Schema.TaggedError<BasePathRefused>()("BasePathRefused", {
  reason: Schema.Literals(["NotAPath", "CallbackElsewhere"]),
  basePath: Schema.String,
  redirectUri: Schema.String
}) {
  override get message(): string {
    return this.reason === "NotAPath"
      ? `${JSON.stringify(this.basePath)} is not a base path. Write the beginning of the application's public paths, such as /app, in letters, digits and -._~.`
      : `The redirect URI ${this.redirectUri} does not lead below the base path ${this.basePath}. Both are public: register and set a redirect URI such as ${new URL(this.redirectUri).origin}${this.basePath}/callback.`
  }
}

/** Paths that every server and proxy reads alike, and that no router takes for a pattern. */
const segments = /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]+)+$/

/**
 * The beginning of all public paths: empty, or a path without a slash at its end.
 *
 * @category models
 * @since 0.1.0
 */
export type BasePath = "" | `/${string}`

const isBasePath = (text: string): text is BasePath => text === "" || segments.test(text)

/**
 * Checks a base path against the redirect URI. Gives it without a slash at its end, so `/` becomes the empty text.
 *
 * @example
 * ```ts
 * import { RedirectUri } from "@le-auth/core/Identifiers"
 * import * as BasePath from "@le-auth/web/BasePath"
 *
 * BasePath.check("/app/", RedirectUri.make("https://www.example.com/app/callback")) // => "/app"
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const check = (basePath: string, redirectUri: RedirectUri): Effect.Effect<BasePath, BasePathRefused> => {
  const prefix = basePath.replace(/\/$/, "")
  const refuse = (reason: BasePathRefused["reason"]) =>
    Effect.fail(new BasePathRefused({ reason, basePath, redirectUri }))
  if (!isBasePath(prefix)) return refuse("NotAPath")
  return new URL(redirectUri).pathname.startsWith(`${prefix}/`) ? Effect.succeed(prefix) : refuse("CallbackElsewhere")
}
