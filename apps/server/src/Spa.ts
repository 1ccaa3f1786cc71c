/**
 * The built page of `apps/spa`. It shows the same as the server page, with a script in place of forms.
 */
import { WebApplication } from "@le-auth/web/WebApplication"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as HttpStaticServer from "effect/http/HttpStaticServer"
import * as Layer from "effect/Layer"
import { fileURLToPath } from "node:url"
import * as Site from "./Site.ts"

/** The folder of the build, from the sources and from the bundle alike. */
const root = fileURLToPath(new URL("../../spa/dist/", import.meta.url))

/**
 * The headers of the page. It loads its own files, calls its own backend, and makes no HTML or script of text (Trusted
 * Types).
 */
const headersFor = (frameAncestors: ReadonlyArray<string>) => ({
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; " +
    `form-action 'none'; frame-ancestors ${frameAncestors.length === 0 ? "'none'" : frameAncestors.join(" ")}; ` +
    "require-trusted-types-for 'script'; trusted-types 'none'",
  "cross-origin-opener-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff"
})

const withHeaders = HttpRouter.middleware(
  Effect.map(WebApplication, ({ frameAncestors }) =>
    Effect.flatMap((answer) =>
      answer.status === 404
        ? Site.notFound
        : Effect.succeed(HttpServerResponse.setHeaders(answer, headersFor(frameAncestors)))
    )
  ),
  { global: false }
)

export const layer = HttpStaticServer.layer({ root, prefix: "/spa", cacheControl: "no-cache" }).pipe(
  Layer.provide(withHeaders.layer)
)
