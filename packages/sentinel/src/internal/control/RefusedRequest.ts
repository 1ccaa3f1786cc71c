/** Says of a refused request what its answer keeps to itself: which two redirect URIs differ. */
import type { UrlParameters } from "@le-auth/core/shared/UrlParameters"
import * as Effect from "effect/Effect"
import type { DirectoryEditor } from "../../DirectoryEditor.ts"
import type { Intercepted } from "../http/Interceptor.ts"
import type { RequestContext } from "../http/RequestContext.ts"

const quote = (uri: string): string => JSON.stringify(uri.slice(0, 200))

/** Adds to the reason of a refused authorization request. */
export const explain = (editor: DirectoryEditor["Service"]) =>
  Effect.fnUntraced(function* ({ accountId, route }: Intercepted, trail: RequestContext, query: UrlParameters) {
    const sent = query.get("redirect_uri")
    if (route !== "authorize" || sent === undefined || trail.client === undefined || trail.fault !== undefined) return
    if (trail.problem !== "redirect-uri-not-registered") return
    const accounts = yield* editor.accounts
    const installation = accounts
      .find(({ id }) => id === accountId)
      ?.installations.find(({ client_id }) => client_id === trail.client)
    if (installation === undefined) return
    trail.reason = `redirect_uri ${quote(sent)} is not registered; these are: ${installation.redirect_uris.map(quote).join(", ")}`
  })
