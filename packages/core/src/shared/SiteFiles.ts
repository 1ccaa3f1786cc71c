/**
 * What browsers and crawlers ask of every site, whether a page names it or not: the icon, and the rules for robots.
 * Without them each visit would be an error in somebody's log.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { colours } from "./DesignTokens.ts"
import { documentHeaders } from "./PagePolicy.ts"

const [accent] = colours.accent
const [onAccent] = colours["accent-ink"]

/**
 * The icon of all programs of le-auth, as SVG.
 *
 * @category models
 * @since 0.1.0
 */
export const icon: string =
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="${accent}"/>` +
  `<path d="M16 7a5 5 0 0 0-5 5v3h-1v9h12v-9h-1v-3a5 5 0 0 0-5-5Zm-2 8v-3a2 2 0 0 1 4 0v3Z" fill="${onAccent}"/></svg>`

/** Nothing of it is a secret, so a browser may keep it for a day. */
const answer = (body: string, contentType: string, more?: Readonly<Record<string, string>>) =>
  HttpServerResponse.text(body, {
    contentType,
    headers: { ...documentHeaders, "cache-control": "public, max-age=86400", ...more }
  })

/**
 * The paths with their answers. Pages of sign-ins are for no index, so robots are kept out.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9309#section-2.2.2 RFC 9309 section 2.2.2}
 * @category models
 * @since 0.1.0
 */
export const siteFiles = {
  // Browsers go by the type, so the old name may have a picture of today.
  "/favicon.ico": answer(icon, "image/svg+xml", { "content-security-policy": "default-src 'none'" }),
  "/robots.txt": answer("User-agent: *\nDisallow: /\n", "text/plain; charset=utf-8")
} as const

/**
 * The files as routes, for GET and HEAD.
 *
 * @category constructors
 * @since 0.1.0
 */
export const siteRoutes: ReadonlyArray<HttpRouter.Route> = Object.entries(siteFiles).map(([path, file]) =>
  HttpRouter.route("GET", path as keyof typeof siteFiles, Effect.succeed(file))
)
