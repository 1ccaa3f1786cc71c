/**
 * A request of the journal as a command line. The journal keeps no query and no body, so what the route needs is put
 * there with variables of the shell in the place of every secret.
 */
import type { Entry } from "../../JournalEntry.ts"

/** A shell takes what is in single quotes as it is. */
const literal = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/** A shell puts in the value, as one word. */
const filledIn = (before: string, variable: string): string => `"${before}$${variable}"`

/** What a route takes beside its path, as words of a shell. */
interface Parts {
  /** The version of the API, in the address. */
  readonly version?: string
  readonly parameters?: ReadonlyArray<string>
  readonly headers?: ReadonlyArray<string>
}

const isRefresh = ({ steps }: Entry): boolean => steps.some(({ what }) => what.includes("refresh"))

const clientId = ({ client }: Entry): string =>
  client === undefined ? filledIn("client_id=", "CLIENT_ID") : literal(`client_id=${client}`)

const application = (entry: Entry) => [clientId(entry), filledIn("client_secret=", "CLIENT_SECRET")]

const grant = (entry: Entry): ReadonlyArray<string> =>
  isRefresh(entry)
    ? [literal("grant_type=refresh_token"), filledIn("refresh_token=", "REFRESH_TOKEN")]
    : [literal("grant_type=authorization_code"), filledIn("code=", "CODE"), filledIn("redirect_uri=", "REDIRECT_URI")]

const bearer = [filledIn("authorization: Bearer ", "ACCESS_TOKEN")]

const partsOf = (entry: Entry): Parts => {
  switch (entry.route) {
    case "authorize":
      return {
        version: "1.0",
        parameters: [
          literal("response_type=code"),
          clientId(entry),
          filledIn("redirect_uri=", "REDIRECT_URI"),
          filledIn("state=", "STATE")
        ]
      }
    case "token":
      return { version: "1.0", parameters: [...grant(entry), ...application(entry)] }
    case "app-token":
      return { version: "1.0", parameters: [literal("grant_type=client_credentials"), ...application(entry)] }
    case "revoke":
      return { version: "1.0", parameters: [filledIn("token=", "REFRESH_TOKEN"), ...application(entry)] }
    case "users":
      return { version: "6.0", headers: bearer }
    case "status-reasons":
    case "userinfo":
    case "stub":
      return { headers: bearer }
    default:
      return {}
  }
}

/** `$SENTINEL` is the address of Sentinel; the command shows the head of the answer, too. */
export const curlOf = (entry: Entry): string => {
  const { method = "GET", path = "/" } = entry
  const { headers = [], parameters = [], version } = partsOf(entry)
  const query = version === undefined ? "" : literal(`?v=${version}`)
  const how = method !== "GET" ? ` -X ${literal(method)}` : parameters.length > 0 ? " -G" : ""
  return [
    `curl -i${how} "$SENTINEL"${literal(path)}${query}`,
    ...headers.map((header) => `-H ${header}`),
    ...parameters.map((parameter) => `--data-urlencode ${parameter}`)
  ].join(" \\\n  ")
}
