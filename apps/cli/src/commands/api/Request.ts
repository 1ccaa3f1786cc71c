/**
 * The request that the flags of `le-auth api` describe.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type { HttpMethod } from "effect/http/HttpMethod"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Option from "effect/Option"
import { failed, wrongUsage } from "../../terminal/Failure.ts"
import * as Input from "../../terminal/Input.ts"
import * as Pair from "../../terminal/Pair.ts"
import { text, type Text } from "../../terminal/TerminalText.ts"

export interface Options {
  readonly path: string
  readonly method: Option.Option<HttpMethod>
  readonly headers: ReadonlyArray<string>
  /** `name=text` */
  readonly rawFields: ReadonlyArray<string>
  /** `name=value` */
  readonly fields: ReadonlyArray<string>
  readonly input: Option.Option<string>
}

const contentOf = Effect.fnUntraced(function* (source: string) {
  if (source === "-") return yield* Input.bytes
  const files = yield* FileSystem.FileSystem
  return yield* Effect.mapError(files.readFile(source), () => failed(text`The file ${source} cannot be read.`))
})

/** Numbers, truth values and null are those of JSON, `@file` is the text of a file, and everything else is text. */
const valueOf = (text: string) => {
  if (text.startsWith("@")) return Effect.map(contentOf(text.slice(1)), (bytes) => new TextDecoder().decode(bytes))
  return Effect.succeed<unknown>(/^(?:true|false|null|-?\d{1,15})$/.test(text) ? JSON.parse(text) : text)
}

const fieldsOf = Effect.fnUntraced(function* ({ fields, rawFields }: Options) {
  const raw = yield* Effect.forEach(rawFields, (field) => Pair.read(field, "=", "--raw-field"))
  const typed = yield* Effect.forEach(fields, (field) =>
    Effect.flatMap(Pair.read(field, "=", "--field"), ([name, value]) =>
      Effect.map(valueOf(value), (value) => [name, value] as const)
    )
  )
  return [...raw, ...typed]
})

/** Set by le-auth alone: a request has one bearer token, and goes to the host of the service. */
const ours = new Set(["authorization", "host", "cookie", "content-length", "transfer-encoding", "connection"])

const headersOf = (headers: ReadonlyArray<string>) =>
  Effect.forEach(headers, (header) =>
    Effect.flatMap(Pair.read(header, ":", "--header"), ([name, value]) => {
      if (ours.has(name.toLowerCase())) return Effect.fail(wrongUsage(text`The header ${name} is not yours to set.`))
      return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) && /^[\t\x20-\x7e]*$/.test(value)
        ? Effect.succeed([name, value.trim()] as const)
        : Effect.fail(wrongUsage(text`A header has a name and a value of printable ASCII characters.`))
    })
  )

/** What `{account}` and `{user}` stand for. If there is no user, `noUser` says why. */
export interface Names {
  readonly account: string
  readonly user: string | { readonly noUser: Text }
}

/** Fills in `{account}` and `{user}` of a path. */
const filled = (path: string, { account, user }: Names) => {
  const ofAccount = path.replaceAll("{account}", encodeURIComponent(account))
  if (typeof user === "string") return Effect.succeed(ofAccount.replaceAll("{user}", encodeURIComponent(user)))
  return ofAccount.includes("{user}") ? Effect.fail(wrongUsage(user.noUser)) : Effect.succeed(ofAccount)
}

/** A request to a path of `origin`: whatever the path is, it cannot name another host. */
export const make = Effect.fnUntraced(function* (options: Options, origin: string, names: Names) {
  if (!options.path.startsWith("/")) {
    return yield* wrongUsage(
      text`The path begins with a slash, such as /api/account/{account}/…; the host is that of the service.`
    )
  }
  const url = URL.parse(origin + (yield* filled(options.path, names)))
  if (url === null || url.origin !== origin) return yield* wrongUsage(text`This is not a path.`)
  const fields = yield* fieldsOf(options)
  if (fields.length > 0 && Option.isSome(options.input))
    return yield* wrongUsage(text`--input is the whole body: it cannot be used with fields.`)
  const hasBody = fields.length > 0 || Option.isSome(options.input)
  const method = Option.getOrElse(options.method, () => (hasBody ? "POST" : "GET"))
  const inQuery = method === "GET" || method === "HEAD"
  if (inQuery) for (const [name, value] of fields) url.searchParams.append(name, String(value))
  const body = Option.isSome(options.input)
    ? yield* contentOf(options.input.value)
    : fields.length > 0 && !inQuery
      ? new TextEncoder().encode(JSON.stringify(Object.fromEntries(fields)))
      : undefined
  if (body !== undefined && inQuery) return yield* wrongUsage(text`A request with ${method} has no body.`)
  const headers = yield* headersOf(options.headers)
  const request = HttpClientRequest.make(method)(url, { headers: { accept: "application/json" } })
  return (body === undefined ? request : HttpClientRequest.bodyUint8Array(request, body, "application/json")).pipe(
    HttpClientRequest.setHeaders(headers)
  )
})
