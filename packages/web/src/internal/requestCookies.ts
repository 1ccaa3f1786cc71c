/**
 * The cookies of the request that the current fiber answers, for stores whose methods know nothing of requests. A
 * written cookie is read back at once, and goes to the browser with the response of any route.
 */
import type { StoreError } from "@le-auth/core/StoreError"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Cookie } from "effect/http/Cookies"
import * as HttpEffect from "effect/http/HttpEffect"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { OutsideOfRequest } from "../OutsideOfRequest.ts"

/** The attributes of a cookie. */
export type Attributes = NonNullable<Cookie["options"]>

/** The cookies of one request. */
export interface RequestCookies {
  readonly get: (name: string) => string | undefined
  /** The cookie that the browser sent, without later changes. */
  readonly sent: (name: string) => string | undefined
  readonly names: () => ReadonlyArray<string>
  readonly set: (name: string, value: string, maxAge: Duration.Duration) => void
  readonly remove: (name: string) => void
}

/**
 * Makes the access to the cookies for one store. A request has several `HttpServerRequest`s, since a prefix of the
 * router makes another view of it, but one source.
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

  /** The cookies of the current request. It fails outside of a request, where there is no browser. */
  const current = (operation: string): Effect.Effect<RequestCookies, StoreError> =>
    Effect.contextWith((context: Context.Context<never>) => {
      const request = Context.getOrUndefined(context, HttpServerRequest)
      return request === undefined
        ? Effect.fail(new OutsideOfRequest({ store, operation: `${operation} outside of a request` }))
        : Effect.succeed(open(context, request))
    })

  return current
}
