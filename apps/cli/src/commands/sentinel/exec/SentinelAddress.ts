/**
 * Whether a Sentinel answers, with TLS or without, and how to connect to it.
 */
import type { Origin } from "@le-auth/core/Origin"
import * as Effect from "effect/Effect"
import * as Http from "node:http"
import * as Https from "node:https"
import * as Net from "node:net"
import * as Tls from "node:tls"

/** An answer that does not come within these milliseconds does not come. */
const patience = 5000

/** What answered; the code of the system if nothing did. */
export type Answer = { readonly status: number } | { readonly code: string }

/** Asks for a path of an address, whose certificate one of `authorities` has signed. */
export const ask = (origin: string, path: string, authorities: ReadonlyArray<string>): Effect.Effect<Answer> =>
  Effect.callback((resume) => {
    const get = origin.startsWith("https:") ? Https.get : Http.get
    const request = get(origin + path, { agent: false, ca: trusted(authorities), timeout: patience }, (answer) => {
      answer.resume()
      resume(Effect.succeed({ status: answer.statusCode ?? 0 }))
    })
    request.on("timeout", () => request.destroy(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" })))
    request.on("error", ({ code }: NodeJS.ErrnoException) => resume(Effect.succeed({ code: code ?? "unknown" })))
    return Effect.sync(() => request.destroy())
  })

const trusted = (authorities: ReadonlyArray<string>) => [...Tls.getCACertificates("default"), ...authorities]

/** A connection to Sentinel, for the bytes of HTTP. */
export const connector = (origin: Origin, authorities: ReadonlyArray<string>): (() => Net.Socket) => {
  const { hostname, port, protocol } = new URL(origin)
  const host = hostname.replaceAll(/^\[|\]$/g, "")
  if (protocol === "http:") return () => Net.connect({ host, port: Number(port || 80) })
  const secureContext = Tls.createSecureContext({ ca: trusted(authorities) })
  const servername = Net.isIP(host) === 0 ? host : ""
  return () => Tls.connect({ host, port: Number(port || 443), servername, secureContext })
}
