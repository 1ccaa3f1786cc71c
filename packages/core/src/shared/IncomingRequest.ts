/**
 * Requests as servers hand them over, which may be those of the web, of `node:http`, or what a framework made of them.
 *
 * @since 0.1.0
 */
import * as Utf8 from "./Utf8.ts"

const member = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined

/**
 * Looks at a request, and does nothing with it. A framework that makes answers in advance learns so that this one
 * depends on its request, also where there are no settings yet.
 *
 * @example
 * ```ts
 * import * as IncomingRequest from "@le-auth/core/shared/IncomingRequest"
 *
 * IncomingRequest.look(undefined) // => undefined
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const look = (request: unknown): void => {
  try {
    member(request, "headers")
  } catch {
    // What is wrong with it shows when it is read.
  }
}

/**
 * The bytes of a body as they came, where a parser of bodies has kept them: `rawBody`, or `body` if the parser leaves
 * bodies as they are.
 *
 * @example
 * ```ts
 * import * as IncomingRequest from "@le-auth/core/shared/IncomingRequest"
 *
 * IncomingRequest.keptBody({ body: { a: 1 } }) // => undefined
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const keptBody = (request: unknown): Uint8Array | undefined => {
  const kept = member(request, "rawBody")
  if (typeof kept === "string") return Utf8.encode(kept)
  if (kept instanceof Uint8Array) return kept
  if (kept instanceof ArrayBuffer) return new Uint8Array(kept)
  const body = member(request, "body")
  return body instanceof Uint8Array ? body : undefined
}

/**
 * Whether something else has read the body of a request already, or is about to.
 *
 * @example
 * ```ts
 * import * as IncomingRequest from "@le-auth/core/shared/IncomingRequest"
 *
 * IncomingRequest.isRead(new Request("https://app.example", { method: "POST", body: "{}" })) // => false
 * ```
 *
 * @category guards
 * @since 0.1.0
 */
export const isRead = (request: unknown): boolean =>
  member(request, "readableDidRead") === true ||
  // One without a byte in it.
  member(request, "readableEnded") === true ||
  member(request, "bodyUsed") === true ||
  member(member(request, "body"), "locked") === true
