/**
 * What an API answers, on stdout: as it came, and on a terminal so that people can read it.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { HttpClientError } from "effect/http/HttpClientError"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import { Failure } from "../Failure.ts"
import * as Output from "../Output.ts"
import { shown } from "../Shown.ts"

/** Numbers stay as they were written: an id may have more digits than a number of JavaScript. */
const parse = (text: string): unknown => {
  const { rawJSON } = JSON as unknown as { readonly rawJSON: (source: string) => unknown }
  const reviver = (_: string, value: unknown, { source }: { readonly source?: string }) =>
    typeof value === "number" && source !== undefined ? rawJSON(source) : value
  try {
    return JSON.parse(text, reviver as Parameters<typeof JSON.parse>[1])
  } catch {
    return undefined
  }
}

const textOf = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** A line for each line, and nothing in it that a terminal obeys. */
const readable = (bytes: Uint8Array): string => {
  const text = textOf(bytes)
  if (text === undefined) return `(${bytes.byteLength} bytes that are no text: send stdout to a file)`
  const json = parse(text)
  return (json === undefined ? text : JSON.stringify(json, null, 2))
    .split("\n")
    .map((line) => shown(line.replaceAll("\t", "  ")))
    .join("\n")
}

const headOf = ({ headers, status }: HttpClientResponse): string =>
  [`HTTP ${status}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${shown(value)}`), "", ""].join("\n")

const brokeOff = () => new Failure({ message: "The answer broke off.", code: "unavailable" })

const meaning = ({ headers, status }: HttpClientResponse): Failure | undefined => {
  if (status < 300) return undefined
  if (status < 400) {
    const host = URL.parse(headers["location"] ?? "")?.host
    return new Failure({
      message: `HTTP ${status}: a redirect${host === undefined ? "" : ` to ${shown(host)}`} was not followed; the token stays with the service.`,
      code: "failed"
    })
  }
  if (status === 401) {
    return new Failure({
      message: "HTTP 401: the service does not accept the token, not even a new one. Sign in again with: le-auth login",
      code: "notSignedIn"
    })
  }
  if (status === 403) return new Failure({ message: "HTTP 403: this user may not do that.", code: "denied" })
  const later = status === 429 || status >= 500
  return new Failure({
    message: later ? `HTTP ${status}: try again later.` : `HTTP ${status}: the service refuses the request.`,
    code: later ? "unavailable" : "failed"
  })
}

/** Not through the console, which would make a text of it. */
const printRaw = (parts: Stream.Stream<string | Uint8Array, HttpClientError>) =>
  Stdio.Stdio.use((stdio) => Stream.run(parts, stdio.stdout({ endOnDone: false }))).pipe(Effect.mapError(brokeOff))

const printReadable = Effect.fnUntraced(function* (
  { headers, status }: HttpClientResponse,
  head: string,
  body: Stream.Stream<Uint8Array, HttpClientError>
) {
  const bytes = new Uint8Array(Buffer.concat(yield* Effect.mapError(Stream.runCollect(body), brokeOff)))
  const text = textOf(bytes)
  const parsed = text === undefined ? Buffer.from(bytes).toString("base64") : (parse(text) ?? text)
  yield* Output.print({ status, headers, body: parsed }, head + readable(bytes))
})

/**
 * Fails, after the answer was printed, if it is none of success.
 *
 * @since 0.1.0
 */
export const print = Effect.fnUntraced(function* (response: HttpClientResponse, include: boolean) {
  const stdio = yield* Stdio.Stdio
  const head = include ? headOf(response) : ""
  const body = response.stream.pipe(
    Stream.catchIf(
      ({ reason }) => reason._tag === "EmptyBodyError",
      () => Stream.empty
    )
  )
  if ((yield* Output.Json) || (yield* stdio.stdoutIsTerminal)) yield* printReadable(response, head, body)
  else yield* printRaw(Stream.concat(Stream.make(head), body))
  const problem = meaning(response)
  if (problem !== undefined) return yield* problem
})
