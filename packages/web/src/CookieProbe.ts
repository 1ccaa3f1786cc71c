/**
 * Tells a page in a frame which cookies reach the backend from there. Only the backend can know: its cookies are out of the
 * reach of scripts.
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
 * The answer.
 *
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
 * `POST /session/cookies` sets a cookie of each kind, without a meaning, and tells which of them came back. So the second
 * answer counts.
 *
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
              ? json({ error: "NotEmbedded", message: "Nobody may frame the application: see frameAncestors." }, 409)
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
