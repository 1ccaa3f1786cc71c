/**
 * The cookies of the request that the current fiber answers, for stores whose methods know nothing of requests: what is
 * written here is read back at once, and goes to the browser with the response, whichever route makes it.
 */
import { StoreError } from "@le-auth/core/StoreError"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Cookie } from "effect/http/Cookies"
import * as HttpEffect from "effect/http/HttpEffect"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"

export type Attributes = NonNullable<Cookie["options"]>

export interface RequestCookies {
  readonly get: (name: string) => string | undefined
  /** What the browser sent, whatever was written since. */
  readonly sent: (name: string) => string | undefined
  readonly names: () => ReadonlyArray<string>
  readonly set: (name: string, value: string, maxAge: Duration.Duration) => void
  readonly remove: (name: string) => void
}

/**
 * The same request can be seen through several `HttpServerRequest`s, since a prefix of the router makes another view of it;
 * its source is one.
 */
export const make = (store: string, attributes: Attributes) => {
  const requests = new WeakMap<object, RequestCookies>()

  const open = (context: Context.Context<never>, request: HttpServerRequest): RequestCookies => {
    const known = requests.get(request.source)
    if (known !== undefined) return known
    const sent = new Map(Object.entries(request.cookies))
    const changes = new Map<string, { readonly value: string; readonly maxAge: Duration.Input }>()
    const change = (name: string, value: string, maxAge: Duration.Input) => {
      if (changes.size === 0) {
        HttpEffect.appendPreResponseHandlerUnsafe(context, (_, response) =>
          Effect.sync(() =>
            HttpServerResponse.setCookiesUnsafe(
              response,
              Array.from(changes, ([name, { maxAge, value }]) => [name, value, { ...attributes, maxAge }] as const)
            )
          )
        )
      }
      changes.set(name, { value, maxAge })
    }
    const get = (name: string) => {
      const changed = changes.get(name)
      return changed === undefined ? sent.get(name) : changed.value || undefined
    }
    const cookies: RequestCookies = {
      get,
      sent: (name) => sent.get(name),
      names: () => [...new Set([...sent.keys(), ...changes.keys()])].filter((name) => get(name) !== undefined),
      set: change,
      remove: (name) => change(name, "", 0)
    }
    requests.set(request.source, cookies)
    return cookies
  }

  /** The cookies of the current request. Outside of a request there is no browser to keep anything. */
  const current = (operation: string): Effect.Effect<RequestCookies, StoreError> =>
    Effect.contextWith((context: Context.Context<never>) => {
      const request = Context.getOrUndefined(context, HttpServerRequest)
      return request === undefined
        ? Effect.fail(new StoreError({ store, operation: `${operation} outside of a request` }))
        : Effect.succeed(open(context, request))
    })

  return current
}
