/** A fault as a sentence: `Each of the next 3 refreshes of Example application gets 429, with Retry-After 7 s.` */
import type { Action, Fault, FaultTarget } from "../../Fault.ts"
import { durationText } from "./parts.ts"

/** What a request of a route is called: one, and many. */
export const requests: Readonly<Record<FaultTarget, readonly [one: string, many: string]>> = {
  any: ["request", "requests"],
  authorize: ["authorization request", "authorization requests"],
  login: ["request of the login page", "requests of the login page"],
  logout: ["sign-out", "sign-outs"],
  token: ["token request", "token requests"],
  exchange: ["code exchange", "code exchanges"],
  refresh: ["refresh", "refreshes"],
  "app-token": ["app token request", "app token requests"],
  revoke: ["revocation", "revocations"],
  keys: ["request of the keys", "requests of the keys"],
  metadata: ["request of the metadata", "requests of the metadata"],
  domain: ["Domain API request", "Domain API requests"],
  users: ["Users API request", "Users API requests"],
  userinfo: ["userinfo request", "userinfo requests"],
  "end-session": ["end-session request", "end-session requests"],
  "status-reasons": ["status reasons request", "status reasons requests"],
  stub: ["request to a stub", "requests to stubs"],
  other: ["request of another path", "requests of other paths"]
}

/** What happens to a request, after its name. Without details, as a form offers it, it names what all of them share. */
export const effects: Readonly<Record<Action["type"], string>> = {
  "too-many-requests": "gets 429, too many requests",
  "server-error": "gets a server error",
  "oauth-error": "gets an OAuth error",
  "liveperson-error": "gets an error as LivePerson's services have it",
  html: "gets a page of HTML",
  answer: "gets another answer",
  silence: "gets no answer",
  delay: "gets its answer late",
  "drop-connection": "loses its connection",
  truncate: "gets half of its answer",
  "expired-code": "finds its code expired",
  "used-code": "finds its code used",
  "killed-session": "finds its session ended",
  "rotated-key": "gets its answer after a new signing key was made"
}

const effectOf = (action: Action | undefined): string => {
  if (action === undefined) return "meets a function of a test"
  switch (action.type) {
    case "too-many-requests":
      return action.retry_after === undefined ? "gets 429" : `gets 429, with Retry-After ${action.retry_after} s`
    case "server-error":
      return `gets the server error ${action.status ?? 500}`
    case "oauth-error":
      return `gets the OAuth error ${action.error}${action.status === undefined ? "" : ` with status ${action.status}`}`
    case "liveperson-error":
      return `gets the error ${action.status ?? 500}, as LivePerson's services have it`
    case "html":
      return `gets a page of HTML with status ${action.status ?? 200}`
    case "answer":
      return `gets the status ${action.status}${action.body === undefined ? "" : " and a text of its own"}`
    case "delay":
      return `gets its answer ${durationText(action.by)} late`
    case "drop-connection":
      return `loses its connection ${action.after === true ? "after Sentinel acted on it" : "before Sentinel acts"}`
    default:
      return effects[action.type]
  }
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** Whether it will never act again. */
export const isOver = ({ acted, match: { nth }, matched, times }: Fault): boolean =>
  (times !== undefined && acted >= times) || (nth !== undefined && matched >= nth)

/** Which of the requests that match: of those that are limited, how many it has still to meet. */
const which = (fault: Fault): string => {
  const { every, nth, route = "any" } = fault.match
  const [one, many] = requests[route]
  const left = fault.times === undefined || isOver(fault) ? fault.times : fault.times - fault.acted
  if (nth !== undefined) return `${capital(one)} number ${nth}`
  if (every !== undefined) return `One in ${every} ${many}${left === undefined ? "" : ` (${left} more at most)`}`
  if (left === undefined) return `Every ${one}`
  return left === 1 ? `The next ${one}` : `Each of the next ${left} ${many}`
}

/** The sentence. `nameOf`: what people call an application. */
export const of = (fault: Fault, nameOf: (client: string) => string): string => {
  const { account, client, grant_type, method } = fault.match
  const words = [
    which(fault),
    client !== undefined && `of ${nameOf(client)}`,
    account !== undefined && `in account ${account}`,
    method !== undefined && `by ${method}`,
    grant_type !== undefined && `with the grant type ${grant_type}`,
    effectOf(fault.action)
  ]
  return `${words.filter((part) => part !== false).join(" ")}.`
}
