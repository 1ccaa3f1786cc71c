/** A Sentinel that runs elsewhere, by the HTTP of its control. */
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import type { SentinelConfig } from "../Documents.ts"
import type { ConnectedSentinel } from "../Emulator.ts"
import { EmulatorError, isEmulatorError } from "../EmulatorError.ts"
import type { ConnectOptions } from "../Options.ts"
import * as Calls from "./calls.ts"
import * as Errors from "./errors.ts"
import * as Handle from "./handle.ts"

const invalid = (message: string, problem: string) =>
  new EmulatorError({ code: "InvalidOptions", message, problems: [problem] })

const originOf = (control: string | URL): string => {
  const url = URL.parse(String(control))
  if (url !== null && (url.protocol === "http:" || url.protocol === "https:")) return url.origin
  throw invalid(
    "The address of a control is one such as http://localhost:4402.",
    "control: is not an http or https address"
  )
}

/** What cannot be in a header is said here, since the error of `fetch` has the token. */
const tokenOf = (options: unknown): Redacted.Redacted<string> | undefined => {
  if (!Predicate.isObject(options)) throw invalid("The options are an object: { token }.", "options: must be an object")
  const { token } = options as { readonly token?: unknown }
  if (token === undefined) return undefined
  if (typeof token === "string" && /^[!-~]+$/.test(token)) return Redacted.make(token)
  throw invalid(
    "The token of a control has only printable characters of ASCII, and no space. It may have a line break at its end.",
    "token: must be a text of printable ASCII characters without spaces"
  )
}

/** The system's own word for what went wrong, such as `ECONNREFUSED`. */
const reasonOf = (error: unknown): string => {
  const { cause, message } = error as { readonly cause?: { readonly code?: unknown }; readonly message?: unknown }
  return String(cause?.code ?? message)
}

const unreachable = (origin: string, error: unknown) =>
  new EmulatorError({
    code: "Unreachable",
    message: `No Sentinel was reached at ${origin} (${reasonOf(error)}). Start one, and give the address of its control.`
  })

const wayTo = (origin: string, token: Redacted.Redacted<string> | undefined, ended: AbortSignal): Calls.Way => {
  const failed = (error: unknown) => {
    if (ended.aborted) return ended.reason
    return isEmulatorError(error) ? error : unreachable(origin, error)
  }
  const send: Calls.Way["send"] = async ({ body, headers, method, path, signal }) => {
    ended.throwIfAborted()
    try {
      // As the program's own requests go, also where a test puts another one in its place.
      // @effect-diagnostics-next-line globalFetch:off
      return await fetch(origin + path, {
        method,
        headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${Redacted.value(token)}` }) },
        signal: signal === undefined ? ended : AbortSignal.any([signal, ended]),
        // A control redirects nowhere, and the token is for it alone.
        redirect: "manual",
        ...(body !== undefined && { body })
      })
    } catch (error) {
      throw failed(error)
    }
  }
  return { origin, send, ended, failed }
}

export const connect = async (control: string | URL, options: ConnectOptions): Promise<ConnectedSentinel> => {
  const origin = originOf(control)
  const ending = new AbortController()
  const way = wayTo(origin, tokenOf(options), ending.signal)
  const accounts: unknown = await Calls.make(way, origin).accounts.list()
  if (!Array.isArray(accounts) || accounts.length === 0) throw Errors.badAnswer(origin, "lists no account")
  const config = { accounts: accounts as unknown as SentinelConfig["accounts"] }
  return Handle.make({ way, control: origin, config, stop: async () => ending.abort(Errors.stopped()) })
}
