/**
 * Checks the redirect URI: by itself, and on this computer.
 *
 * @see RFC 8252 sections 7.3 and 8.3
 */
import type { RedirectUri } from "@le-auth/core/Identifiers"
import { isLoopback } from "@le-auth/core/Origin"
import * as LoopbackReceiver from "@le-auth/node/LoopbackReceiver"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { type Text, text } from "../../terminal/TerminalText.ts"
import * as Finding from "./Finding.ts"

const name = "redirect URI"
const example = "http://127.0.0.1:4401/callback"

const wrong = (message: Text, remedy: Text) => [Finding.problem(name, "configuration", message, remedy)]

const shape = (redirectUri: RedirectUri): ReadonlyArray<Finding.Finding> => {
  const url = new URL(redirectUri)
  if (url.protocol !== "http:" || !isLoopback(url.host)) {
    return wrong(
      text`${redirectUri} does not lead to this computer over http, so le-auth login cannot receive the callback.`,
      text`Register one such as ${example} for the application, and configure it.`
    )
  }
  if (Number(url.port || 80) < 1024) {
    return wrong(text`${redirectUri} has a port below 1024, which needs special rights.`, text`Register ${example}.`)
  }
  return url.hostname === "localhost"
    ? [
        Finding.warning(
          name,
          text`${redirectUri} has a name for its host: both IP families must be free, and no other port matches.`,
          text`If you can, register ${example} instead (RFC 8252 section 8.3).`
        )
      ]
    : [Finding.good(name, text`${redirectUri} leads to this computer.`)]
}

/** Opens the port as a sign-in would, and closes it at once. */
const port = Effect.fnUntraced(function* (redirectUri: RedirectUri) {
  const number = Number(new URL(redirectUri).port || 80)
  const opened = yield* Effect.result(LoopbackReceiver.checkPort(redirectUri))
  if (Result.isSuccess(opened)) return [Finding.good("port", text`Port ${number} is free.`)]
  const { reason } = opened.failure
  const isTaken = reason._tag === "PortInUse"
  const code = reason._tag === "CannotListen" ? String((reason.cause as NodeJS.ErrnoException).code) : "EADDRINUSE"
  return [
    Finding.problem(
      "port",
      "port",
      text`Port ${number} cannot be opened (${code}).`,
      isTaken
        ? text`Close the program that uses it, perhaps another sign-in, or sign in with le-auth login --port.`
        : text`Use a redirect URI with a port above 1023.`
    )
  ]
})

export const check = Effect.fnUntraced(function* (redirectUri: RedirectUri | undefined) {
  if (redirectUri === undefined)
    return wrong(
      text`None is configured.`,
      text`Set LE_AUTH_REDIRECT_URI, such as ${example}. For an application without a user, use le-auth doctor --app.`
    )
  const shapes = shape(redirectUri)
  const ports = shapes.some(({ result }) => result === "problem") ? [] : yield* port(redirectUri)
  return [...shapes, ...ports]
})
