/**
 * A request of the journal as a command line. The journal keeps no query and no body, so what the route needs is put
 * there with variables of the shell in the place of every secret.
 */
import type { Entry } from "../../JournalEntry.ts"

/** The parts that a route takes beside its path. */
interface Parts {
  readonly query?: ReadonlyArray<string>
  /** Fields of a form. */
  readonly form?: ReadonlyArray<string>
  readonly headers?: ReadonlyArray<string>
}

const did = ({ steps }: Entry, pattern: RegExp): boolean => steps.some(({ what }) => pattern.test(what))

const clientOf = ({ client }: Entry): string => client ?? "$CLIENT_ID"

const application = (entry: Entry) => [`client_id=${clientOf(entry)}`, "client_secret=$CLIENT_SECRET"]

const bearer = { headers: ["authorization: Bearer $ACCESS_TOKEN"] }

const tokenForm = (entry: Entry): ReadonlyArray<string> =>
  did(entry, /refresh/)
    ? ["grant_type=refresh_token", "refresh_token=$REFRESH_TOKEN"]
    : ["grant_type=authorization_code", "code=$CODE", "redirect_uri=$REDIRECT_URI"]

const partsOf = (entry: Entry): Parts => {
  switch (entry.route) {
    case "authorize":
      return {
        query: [
          "v=1.0",
          "response_type=code",
          `client_id=${clientOf(entry)}`,
          "redirect_uri=$REDIRECT_URI",
          "state=$STATE"
        ]
      }
    case "token":
      return { query: ["v=1.0"], form: [...tokenForm(entry), ...application(entry)] }
    case "app-token":
      return { query: ["v=1.0"], form: ["grant_type=client_credentials", ...application(entry)] }
    case "revoke":
      return { query: ["v=1.0"], form: ["token=$REFRESH_TOKEN", ...application(entry)] }
    case "users":
    case "status-reasons":
      return { query: ["v=6.0"], ...bearer }
    case "userinfo":
    case "stub":
      return bearer
    default:
      return {}
  }
}

/** A shell takes what is in single quotes as it is, and puts in a variable that ends a text in double ones. */
const quoted = (text: string): string =>
  /^[\w=: ]*\$[A-Z_]+$/.test(text) ? `"${text}"` : `'${text.replaceAll("'", "'\\''")}'`

/** `$SENTINEL` is the address of Sentinel; the command shows the head of the answer, too. */
export const curlOf = (entry: Entry): string => {
  const { form = [], headers = [], query = [] } = partsOf(entry)
  const address = `"$SENTINEL"${quoted(entry.path ?? "/")}`
  const isGet = entry.method === undefined || entry.method === "GET"
  const inQuery = !isGet && query.length > 0 ? `'?${query.join("&")}'` : ""
  const fields = isGet ? query : form
  return [
    `curl -i${isGet ? (query.length > 0 ? " -G" : "") : ` -X ${entry.method}`} ${address}${inQuery}`,
    ...headers.map((header) => `-H ${quoted(header)}`),
    ...fields.map((field) => `--data-urlencode ${quoted(field)}`)
  ].join(" \\\n  ")
}
