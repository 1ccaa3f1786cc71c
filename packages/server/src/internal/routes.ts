/** Which requests are for le-auth, known before anything is built. */
import type { Options } from "../Options.ts"
import { type Given, prefixes } from "./settings.ts"

/** Of a target such as `/auth/login?x` or `http://host/auth/login`. */
export const pathOf = (target: string): string => {
  const path = target.startsWith("/") ? target : (/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*([^]*)$/i.exec(target)?.[1] ?? "")
  return path.split(/[?#]/, 1)[0]!
}

const get: ReadonlySet<string> = new Set(["GET", "HEAD"])
const post: ReadonlySet<string> = new Set(["POST"])

/** Whether a request is for a route of le-auth, as `@le-auth/web` has them. */
export const make = (options: Options, { redirectUri }: Given) => {
  const { basePath, strippedPrefix } = prefixes(options)
  const routes = new Map([
    [`${basePath}/login`, get],
    [`${basePath}/login/done`, get],
    [`${basePath}/session`, get],
    [`${basePath}/session/refresh`, post],
    [`${basePath}/session/cookies`, post],
    [`${basePath}/sign-out`, post],
    [`${basePath}/sign-out/everywhere`, post]
  ])
  const url = typeof redirectUri === "string" ? URL.parse(redirectUri) : null
  const callback = url?.pathname.startsWith(strippedPrefix) ? url.pathname.slice(strippedPrefix.length) : undefined
  const services = `${basePath}/liveperson`
  const isCall = (path: string) => options.api !== undefined && (path === services || path.startsWith(`${services}/`))
  return {
    has: (method: string, path: string): boolean =>
      path === callback || routes.get(path)?.has(method) === true || isCall(path),
    /** Whether its route reads the body of a request. */
    readsBody: (method: string, path: string): boolean => isCall(path) && !get.has(method)
  }
}
