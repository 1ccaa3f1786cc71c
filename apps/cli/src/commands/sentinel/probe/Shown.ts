/**
 * A request as people see it before it is sent: method, address and parameters, without anything secret.
 */
import * as Redaction from "@le-auth/core/Redaction"
import type * as Transport from "@le-auth/core/Transport"
import { join, text, type Text } from "../../../terminal/TerminalText.ts"
import { madeUp } from "./Questions.ts"

export interface Shown {
  readonly method: string
  /** With its query. */
  readonly address: string
  /** Those of the body, and the header with credentials, if there is one. */
  readonly parameters: Readonly<Record<string, string>>
}

const hidden = "(secret)"

const harmless: ReadonlySet<string> = new Set(Object.values(madeUp))

const valueOf = (name: string, value: string): string =>
  Redaction.secretParameters.includes(name) && !harmless.has(value) ? hidden : value

const bodyOf = (body: string): Record<string, string> =>
  Object.fromEntries([...new URLSearchParams(body)].map(([name, value]) => [name, valueOf(name, value)]))

/** The addresses of the contract. A page that Sentinel leads to has parameters that are its own matter. */
const isOfContract = (path: string): boolean =>
  /\/(?:authorize|token|revoke|baseURI\.json|users|users\/[^/]*)$/.test(path)

const queryOf = (path: string, query: string): string => {
  if (query === "") return ""
  if (!isOfContract(path)) return "?(not shown)"
  const shown = query.split("&").map((part) => {
    const mark = part.indexOf("=")
    const name = decodeURIComponent(part.slice(0, mark === -1 ? undefined : mark))
    const value = decodeURIComponent(part.slice(mark + 1))
    return mark === -1 || valueOf(name, value) === value ? part : `${name}=${hidden}`
  })
  return `?${shown.join("&")}`
}

export const of = ({ body, headers, method, url }: Transport.Request): Shown => {
  const mark = url.indexOf("?")
  const path = mark === -1 ? url : url.slice(0, mark)
  const { authorization } = headers
  return {
    method,
    address: path + queryOf(path, mark === -1 ? "" : url.slice(mark + 1)),
    parameters: {
      ...(authorization === undefined ? {} : { authorization: `${authorization.split(" ", 1)[0]} ${hidden}` }),
      ...bodyOf(body ?? "")
    }
  }
}

export const inWords = ({ address, method, parameters }: Shown): Text =>
  join("\n", [
    text`${method} ${address}`,
    ...Object.entries(parameters).map(([name, value]) => text`    ${name}: ${value}`)
  ])
