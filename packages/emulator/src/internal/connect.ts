/** A Sentinel that runs elsewhere, by the HTTP of its control. */
import * as Redacted from "effect/Redacted"
import type { SentinelConfig } from "../Documents.ts"
import type { ConnectedSentinel } from "../Emulator.ts"
import { EmulatorError, isEmulatorError } from "../EmulatorError.ts"
import type { ConnectOptions } from "../Options.ts"
import * as Calls from "./calls.ts"
import * as Errors from "./errors.ts"
import * as Handle from "./handle.ts"

const originOf = (control: string | URL): string => {
  const url = URL.parse(String(control))
  if (url !== null && (url.protocol === "http:" || url.protocol === "https:")) return url.origin
  throw new EmulatorError({
    code: "InvalidOptions",
    message: "The address of a control is one such as http://localhost:4402.",
    problems: ["control: is not an http or https address"]
  })
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

export const connect = async (control: string | URL, { token }: ConnectOptions): Promise<ConnectedSentinel> => {
  const origin = originOf(control)
  const ending = new AbortController()
  const way = wayTo(origin, token === undefined ? undefined : Redacted.make(token), ending.signal)
  const accounts: unknown = await Calls.make(way, origin).accounts.list()
  if (!Array.isArray(accounts) || accounts.length === 0) throw Errors.badAnswer(origin, "lists no account")
  const config = { accounts: accounts as unknown as SentinelConfig["accounts"] }
  return Handle.make({ way, control: origin, config, stop: async () => ending.abort(Errors.stopped()) })
}
