/**
 * Tells a page in a frame which cookies reach the backend from there. Only the backend can know it, since scripts
 * cannot see its cookies.
 *
 * @since 0.1.0
 */
import { noStore } from "@le-auth/core/shared/PagePolicy"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { FrameCookies } from "./Embedding.ts"
import { notOurPage } from "./internal/notOurPage.ts"
import { isSameOrigin } from "./SameOrigin.ts"
import { WebApplication } from "./WebApplication.ts"

/**
 * The answer of the route.
 *
 * @category models
 * @since 0.1.0
 */
export interface ArrivedCookies {
  /** The kinds of cookies that came with this request. */
  readonly arrived: ReadonlyArray<FrameCookies>
  /** The kind that the session is in. */
  readonly session: FrameCookies
}

const json = (body: ArrivedCookies | { readonly error: string; readonly message: string }, status = 200) =>
  HttpServerResponse.jsonUnsafe(body, { status, headers: noStore })

/**
 * Adds the route `POST /session/cookies`. It sets a cookie of each kind, and tells which of them came with the request,
 * so the second answer counts. `FrameCookies` of `@le-auth/browser` calls it. `WebSignIn` has this route.
 *
 * @example
 * ```ts
 * import * as CookieProbe from "@le-auth/web/CookieProbe"
 * import * as SignInRoutes from "@le-auth/web/SignInRoutes"
 * import * as Layer from "effect/Layer"
 *
 * const routes = Layer.merge(SignInRoutes.layer, CookieProbe.layer)
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = HttpRouter.addAll(
  Effect.map(WebApplication, ({ cookies, frameAncestors, origin, paths, route }) => {
    const { attributes, prefix } = cookies
    const kinds: ReadonlyArray<FrameCookies> = ["shared", "partitioned"]
    const nameOf = (kind: FrameCookies) => `${prefix}probe-${kind}`
    const probes = kinds.map(
      (kind) =>
        [
          nameOf(kind),
          "1",
          { ...attributes, partitioned: kind === "partitioned", maxAge: Duration.minutes(1) }
        ] as const
    )

    return [
      HttpRouter.route("POST", route(`${paths.session}/cookies`), (request) =>
        Effect.succeed(
          !isSameOrigin(request, origin)
            ? json({ error: notOurPage.error, message: notOurPage.message }, notOurPage.status)
            : frameAncestors.length === 0
              ? json(
                  { error: "NotEmbedded", message: "No other site may frame the application: see frameAncestors." },
                  409
                )
              : HttpServerResponse.setCookiesUnsafe(
                  json({
                    arrived: kinds.filter((kind) => request.cookies[nameOf(kind)] !== undefined),
                    session: attributes.partitioned ? "partitioned" : "shared"
                  }),
                  probes
                )
        )
      )
    ]
  })
)
