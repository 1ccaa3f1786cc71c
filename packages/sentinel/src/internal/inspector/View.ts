/** What a view of the inspector is: a page that an address names. */
import type { Html } from "@le-auth/core/shared/Html"
import type { UrlParameters } from "@le-auth/core/shared/UrlParameters"
import type * as Effect from "effect/Effect"
import type { Control } from "../../Control.ts"

/** What an address asks of a view. */
export interface Asked {
  readonly control: Control["Service"]
  /** The filters, which are in the query of the address. */
  readonly parameters: UrlParameters
  /** What stands behind the path, as in `/flows/ID`. Only a view with `hasItems` gets one. */
  readonly item: string | undefined
}

/**
 * One page of the inspector. `render` gives what stands in its `main` element, with an `h1` first, and reads from the
 * control only what it shows. Parts that change while the page is open are `live` (see `parts.ts`); a form is not in a
 * live part, so that nothing is taken from the person who fills it in.
 */
export interface View {
  readonly path: `/${string}`
  /** What the navigation and the title of the page call it. */
  readonly title: string
  readonly hasItems?: boolean
  readonly render: (asked: Asked) => Effect.Effect<Html>
}
