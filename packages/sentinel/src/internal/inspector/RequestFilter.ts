/** Which entries the view of requests shows, as the query of its address names them. */
import type { UrlParameters } from "@le-auth/core/shared/UrlParameters"
import * as Schema from "effect/Schema"
import { type Filter, FilterRoute } from "../../JournalEntry.ts"

/** A filter, and the entry that is open. */
export interface RequestFilter extends Omit<Filter, "after" | "limit"> {
  readonly entry?: number | undefined
}

const names = ["text", "outcome", "application", "route", "about", "before", "entry"] as const

const numberOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined

const isRoute = Schema.is(FilterRoute)

/** Reads it from an address. What is not a filter there, such as a route that does not exist, filters nothing. */
export const read = (parameters: UrlParameters): RequestFilter => {
  const route = parameters.get("route")
  return {
    text: parameters.get("text"),
    outcome: parameters.get("outcome"),
    application: parameters.get("application"),
    route: isRoute(route) ? route : undefined,
    about: parameters.get("about"),
    before: numberOf(parameters.get("before")),
    entry: numberOf(parameters.get("entry"))
  }
}

/** The address of the view with a filter: `read` finds the same one in it. */
export const addressOf = (filter: RequestFilter): string => {
  const query = new URLSearchParams()
  for (const name of names) if (filter[name] !== undefined) query.set(name, String(filter[name]))
  return query.size === 0 ? "/requests" : `/requests?${query}`
}
