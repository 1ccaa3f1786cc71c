/** A Sentinel on a real socket, and what talks to it: a browser that keeps cookies, and bytes as they are. */
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { fetch, type RequestInit, type Response } from "@effect/platform-node/Undici"
import * as Directory from "@le-auth/sentinel/Directory"
import * as Passwords from "@le-auth/sentinel/Passwords"
import * as Sentinel from "@le-auth/sentinel/Sentinel"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import { layerMemory, SentinelStore } from "@le-auth/sentinel/SentinelStore"
import * as SigningKeys from "@le-auth/sentinel/SigningKeys"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as NetAddress from "effect/net/NetAddress"
import { createServer, type ServerOptions } from "node:http"
import { connect } from "node:net"
import { account, agent, cheapPasswords, config } from "../Harness.ts"

export class Loopback extends Context.Service<
  Loopback,
  {
    readonly origin: string
    /** Up to the account, as all its paths begin. */
    readonly base: string
    readonly store: SentinelStore["Service"]
    /** What Sentinel has logged, one entry for each line. */
    readonly lines: ReadonlyArray<string>
  }
>()("@le-auth/sentinel/test/proof/Loopback") {}

/** Sentinel with the configuration of the other tests, on a free port. */
export const layerWith = (options: {
  readonly server?: ServerOptions
  /** Other accounts than those of the other tests. */
  readonly config?: unknown
  /** What else everything runs with: a tracer, a log level. */
  readonly settings?: Layer.Layer<never>
  /** Puts something before the store. */
  readonly watch?: (store: SentinelStore["Service"]) => SentinelStore["Service"]
}): Layer.Layer<Loopback> =>
  Layer.unwrap(
    Effect.sync(() => {
      const lines: Array<string> = []
      const services = Layer.mergeAll(
        Layer.unwrap(Effect.map(SentinelConfig.fromUnknown(options.config ?? config), Directory.layer)).pipe(
          Layer.provide(Passwords.layerWith({ algorithm: cheapPasswords }))
        ),
        Layer.effect(SentinelStore, Effect.map(SentinelStore, options.watch ?? ((store) => store))).pipe(
          Layer.provide(layerMemory)
        ),
        SigningKeys.layer
      ).pipe(Layer.provideMerge(NodeCrypto.layer))
      const server = NodeHttpServer.layer(() => createServer(options.server ?? {}), { port: 0, host: "127.0.0.1" })
      const loopback = Layer.effect(
        Loopback,
        Effect.gen(function* () {
          const origin = NetAddress.formatUrlUnsafe((yield* HttpServer.HttpServer).address)
          const base = `${origin}/sentinel/api/account/${account}`
          return { origin, base, store: yield* SentinelStore, lines }
        })
      )
      return Layer.merge(Sentinel.layerServerWith({ metrics: true }), loopback).pipe(
        Layer.provide(server),
        Layer.provide(services),
        Layer.provide(options.settings ?? Layer.empty),
        Layer.provide(Logger.layer([Logger.map(Logger.formatJson, (line) => void lines.push(line))])),
        Layer.orDie
      )
    })
  )

export const layer: Layer.Layer<Loopback> = layerWith({})

/** The authorization request of an application. */
export const authorizeUrl = (base: string, parameters: Readonly<Record<string, string>>): URL =>
  new URL(`${base}/authorize?${new URLSearchParams({ v: "1.0", response_type: "code", ...parameters })}`)

const isLoopback = ({ hostname }: URL): boolean => hostname === "127.0.0.1" || hostname === "localhost"

export interface Page {
  /** Where the browser is; at a redirect to a host that is not on this computer, where it would go. */
  readonly url: URL
  readonly status: number
  readonly text: string
}

/** Keeps cookies by host, as browsers do, and follows redirects as long as they stay on this computer. */
export class UserAgent {
  readonly #jar = new Map<string, Map<string, string>>()
  readonly #goesTo: (next: URL) => boolean

  /** It follows redirects as long as they lead where it goes to. Default: this computer. */
  constructor(goesTo: (next: URL) => boolean = isLoopback) {
    this.#goesTo = goesTo
  }

  cookies(hostname: string): ReadonlyMap<string, string> {
    return this.#jar.get(hostname) ?? new Map()
  }

  async send(url: URL, init: RequestInit = {}): Promise<Response> {
    const jar = this.#jar.get(url.hostname) ?? new Map<string, string>()
    this.#jar.set(url.hostname, jar)
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ")
    const headers = { accept: "text/html", ...(cookie === "" ? {} : { cookie }) }
    const response = await fetch(url, { redirect: "manual", ...init, headers: { ...headers, ...init.headers } })
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
      if (/max-age=0|expires=thu, 01 jan 1970/i.test(line)) jar.delete(name!)
      else jar.set(name!, value!)
    }
    return response
  }

  async visit(url: URL, init?: RequestInit): Promise<Page> {
    const response = await this.send(url, init)
    const location = response.headers.get("location")
    if (location === null) return { url, status: response.status, text: await response.text() }
    await response.text()
    const next = new URL(location, url)
    return this.#goesTo(next) ? this.visit(next) : { url: next, status: response.status, text: "" }
  }

  /** Fills in the login form, and goes where it leads. */
  async fillIn(page: Page, credentials: { readonly username: string; readonly password: string } = agent) {
    const field = (name: string) => new RegExp(`name="${name}"\\s+value="([^"]*)"`).exec(page.text)?.[1] ?? ""
    return this.visit(new URL("/sentinel/login", page.url), {
      method: "POST",
      headers: { origin: page.url.origin, "sec-fetch-site": "same-origin" },
      body: new URLSearchParams({ request: field("request"), token: field("token"), ...credentials })
    })
  }

  /** From the authorization request of an application to where the application gets its answer. */
  async signIn(start: URL | string): Promise<URL> {
    const page = await this.visit(new URL(start))
    return page.text === "" ? page.url : (await this.fillIn(page)).url
  }
}

/** An answer as it came over the socket. */
export interface RawAnswer {
  /** 0: the connection was closed without an answer. */
  readonly status: number
  /** The status line and the headers. */
  readonly head: string
  readonly body: string
}

const isComplete = (answer: string, isHead: boolean): boolean => {
  const end = answer.indexOf("\r\n\r\n")
  if (end === -1) return false
  const head = answer.slice(0, end)
  const length = /^content-length: (\d+)/im.exec(head)?.[1]
  if (isHead || /^HTTP\/1\.1 (?:204|304)/.test(head)) return true
  if (/^transfer-encoding: chunked/im.test(head)) return answer.endsWith("0\r\n\r\n")
  return length !== undefined && answer.length >= end + 4 + Number(length)
}

/** Sends bytes as they are, one for each character, and reads one answer. Never waits longer than the time limit. */
export const raw = (origin: string, bytes: string, limit = 60_000): Promise<RawAnswer> =>
  new Promise((resolve, reject) => {
    let answer = ""
    const socket = connect(Number(new URL(origin).port), "127.0.0.1", () => socket.write(bytes, "latin1"))
    const finish = () => {
      socket.destroy()
      const end = answer.indexOf("\r\n\r\n")
      const head = end === -1 ? answer : answer.slice(0, end)
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0)
      resolve({ status, head, body: end === -1 ? "" : answer.slice(end + 4) })
    }
    socket.setTimeout(limit, () => {
      socket.destroy()
      reject(new Error(`no whole answer in ${limit} ms to ${bytes.slice(0, 80)}`))
    })
    socket.on("data", (data) => {
      answer += data.toString("latin1")
      if (isComplete(answer, bytes.startsWith("HEAD "))) finish()
    })
    // A server that refuses a long request closes while we still write: what it said before counts.
    socket.on("error", finish)
    socket.on("close", finish)
  })

/** Every header that Sentinel, or Node for it, may send. A request can never add one. */
const knownHeaders = new Set([
  "access-control-allow-origin",
  "allow",
  "cache-control",
  "connection",
  "content-length",
  "content-security-policy",
  "content-type",
  "cross-origin-opener-policy",
  "date",
  "keep-alive",
  "location",
  "pragma",
  "referrer-policy",
  "retry-after",
  "set-cookie",
  "transfer-encoding",
  "vary",
  "www-authenticate",
  "x-content-type-options",
  "x-frame-options",
  "x-request-id"
])

/**
 * What is wrong with an answer to whatever input: an internal error, no answer, or something of the request in its
 * head.
 */
export const harmOf = ({ head, status }: RawAnswer): string | undefined => {
  if (status === 0) return "there was no answer"
  if (status >= 500) return `the status is ${status}`
  const [, ...headers] = head.split("\r\n")
  for (const header of headers) {
    const name = header.slice(0, header.indexOf(":")).toLowerCase()
    if (!knownHeaders.has(name)) return `the header ${JSON.stringify(header)} is not known`
    if (name === "set-cookie" && !/^set-cookie: sentinel-(?:login|session-[A-Za-z0-9]{1,32})=/i.test(header)) {
      return `the cookie ${JSON.stringify(header)} is not ours`
    }
    if (!/^[\x20-\x7e]*$/.test(header)) return `the header ${JSON.stringify(header)} is not printable`
  }
  return undefined
}

/** The value of a header of a raw answer. */
export const headerOf = ({ head }: RawAnswer, name: string): string | undefined =>
  new RegExp(`^${name}: (.*)$`, "im").exec(head)?.[1]?.trim()
