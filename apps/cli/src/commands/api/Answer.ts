/**
 * Prints the answer of an API on stdout: as it came, or readable on a terminal.
 */
import * as Effect from "effect/Effect"
import type { HttpClientError } from "effect/http/HttpClientError"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import { Failure } from "../../terminal/Failure.ts"
import * as Output from "../../terminal/Output.ts"
import { join, lines, type Text, text } from "../../terminal/TerminalText.ts"

/** Numbers stay as they were written: an id may have more digits than JavaScript keeps. */
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

const decoded = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** The lines of the body, without anything that a terminal obeys. */
const readable = (bytes: Uint8Array): Text => {
  const body = decoded(bytes)
  if (body === undefined) return text`(${bytes.byteLength} bytes that are not text: send stdout to a file)`
  const json = parse(body)
  return lines(json === undefined ? body.replaceAll("\t", "  ") : JSON.stringify(json, null, 2))
}

const headOf = ({ headers, status }: HttpClientResponse): Text =>
  join("\n", [
    text`HTTP ${status}`,
    ...Object.entries(headers).map(([name, value]) => text`${name}: ${value}`),
    text``,
    text``
  ])

const brokeOff = () => new Failure({ text: text`The answer broke off.`, code: "unavailable" })

/** Whose token was sent: the user's, the application's own, or that of `LE_AUTH_ACCESS_TOKEN`. */
export type Whose = "user" | "application" | "application without Bearer" | "given"

const isOfApplication = (whose: Whose): boolean => whose.startsWith("application")

const ofApplication = (scheme: Text): Text =>
  join(" ", [
    text`HTTP 401: the service does not accept the application's token, not even a new one.`,
    scheme,
    text`What the token allows is shown by: le-auth doctor --app`
  ])

const unaccepted: Readonly<Record<Whose, Text>> = {
  user: text`HTTP 401: the service does not accept the token, not even a new one. Sign in again with: le-auth login`,
  application: ofApplication(text`Some services take it without the word Bearer: --scheme none.`),
  "application without Bearer": ofApplication(
    text`Most services take it with the word Bearer: leave out --scheme none.`
  ),
  given: join(" ", [
    text`HTTP 401: the service does not accept the token of LE_AUTH_ACCESS_TOKEN, which is never refreshed.`,
    text`Set it to a new one, or unset it to use the session of le-auth login.`
  ])
}

/** The scope that a service misses, if it says so (RFC 6750 section 3.1). */
const missingScope = (challenge = ""): string | undefined => {
  if (!/(?<![\w-])error\s*=\s*"?insufficient_scope\b/.test(challenge)) return undefined
  const [, quoted, plain] = /(?<![\w-])scope\s*=\s*(?:"([^"]*)"|([^\s,"]+))/.exec(challenge) ?? []
  return quoted ?? plain
}

const forbidden = ({ headers }: HttpClientResponse, whose: Whose): Text => {
  const scope = missingScope(headers["www-authenticate"])
  if (scope !== undefined) {
    return join(" ", [
      text`HTTP 403: the token lacks the scope ${scope}.`,
      text`Add it to the scope of the application's installation, and get a new token`,
      isOfApplication(whose) ? text`(le-auth forget --app removes the old one).` : text`with: le-auth login`
    ])
  }
  return isOfApplication(whose)
    ? text`HTTP 403: this application may not do that. Its scopes are shown by: le-auth doctor --app`
    : text`HTTP 403: this user may not do that.`
}

const meaning = (response: HttpClientResponse, whose: Whose): Failure | undefined => {
  const { headers, status } = response
  if (status < 300) return undefined
  if (status < 400) {
    const host = URL.parse(headers["location"] ?? "")?.host
    return new Failure({
      text: text`HTTP ${status}: a redirect${host === undefined ? "" : text` to ${host}`} was not followed; the token stays with the service.`,
      code: "failed"
    })
  }
  if (status === 401) return new Failure({ text: unaccepted[whose], code: "notSignedIn" })
  if (status === 403) return new Failure({ text: forbidden(response, whose), code: "denied" })
  const later = status === 429 || status >= 500
  return new Failure({
    text: later ? text`HTTP ${status}: try again later.` : text`HTTP ${status}: the service refuses the request.`,
    code: later ? "unavailable" : "failed"
  })
}

const printRaw = (body: Stream.Stream<Uint8Array, HttpClientError>) =>
  Stream.runForEach(Stream.mapError(body, brokeOff), Output.write)

const printReadable = Effect.fnUntraced(function* (
  { headers, status }: HttpClientResponse,
  head: Text,
  stream: Stream.Stream<Uint8Array, HttpClientError>
) {
  const bytes = new Uint8Array(Buffer.concat(yield* Effect.mapError(Stream.runCollect(stream), brokeOff)))
  const body = decoded(bytes)
  const parsed = body === undefined ? Buffer.from(bytes).toString("base64") : (parse(body) ?? body)
  yield* Output.print({ status, headers, body: parsed }, text`${head}${readable(bytes)}`)
})

/** Prints the answer. Then fails if its status is not one of success. */
export const print = Effect.fnUntraced(function* (
  response: HttpClientResponse,
  options: { readonly include: boolean; readonly whose: Whose }
) {
  const stdio = yield* Stdio.Stdio
  const head = options.include ? headOf(response) : text``
  const body = response.stream.pipe(
    Stream.catchIf(
      ({ reason }) => reason._tag === "EmptyBodyError",
      () => Stream.empty
    )
  )
  if ((yield* Output.Json) || (yield* stdio.stdoutIsTerminal)) yield* printReadable(response, head, body)
  else {
    if (options.include) yield* Output.write(head.toString())
    yield* printRaw(body)
  }
  const problem = meaning(response, options.whose)
  if (problem !== undefined) return yield* problem
})
