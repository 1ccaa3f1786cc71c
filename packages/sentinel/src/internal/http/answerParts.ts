/** Parts of an answer that people write into a fault or a stub. */
import * as Schema from "effect/Schema"

/** A request has one final answer (RFC 9110 section 15). */
export const Status = Schema.Int.check(
  Schema.isBetween({ minimum: 200, maximum: 599 }, { expected: "a status from 200 to 599" })
)

/**
 * The server makes these from the answer, so people cannot set them (RFC 9112 sections 6 and 7, RFC 9110 section 7.8).
 */
const ofTheServer: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "keep-alive",
  "trailer",
  "transfer-encoding",
  "upgrade"
])
const isName = (name: string): boolean => /^[!#$%&'*+.^_`|~\dA-Za-z-]{1,100}$/.test(name)
const isValue = (value: string): boolean => /^[\t\x20-\x7e\x80-\xff]{0,4096}$/.test(value)

/** RFC 9110 sections 5.1 and 5.5. */
export const Headers = Schema.Record(Schema.String, Schema.String).check(
  Schema.makeFilter(
    (headers: Readonly<Record<string, string>>) => {
      const names = Object.keys(headers).map((name) => name.toLowerCase())
      return (
        names.length <= 50 &&
        new Set(names).size === names.length &&
        names.every((name) => isName(name) && !ofTheServer.has(name)) &&
        Object.values(headers).every(isValue)
      )
    },
    {
      expected:
        "up to 50 headers, each once, with names and values as HTTP has them (no line breaks, nothing above U+00FF) and " +
        `without those that the server makes: ${[...ofTheServer].join(", ")}`
    }
  )
)

/** 204, 205 and 304 have no content (RFC 9110 sections 15.3.5, 15.3.6 and 15.4.5). */
export const hasContent = (status: number): boolean => status !== 204 && status !== 205 && status !== 304
