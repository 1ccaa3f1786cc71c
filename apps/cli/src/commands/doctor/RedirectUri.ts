/**
 * Checks the redirect URI: by itself, on this computer, and against the application's registration.
 *
 * @see RFC 8252 sections 7.3 and 8.3
 */
import type { RedirectUri } from "@le-auth/core/Identifiers"
import { isLoopback } from "@le-auth/core/Origin"
import * as LoopbackReceiver from "@le-auth/node/LoopbackReceiver"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { join, type Text, text } from "../../terminal/TerminalText.ts"
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

/** An application installation of LivePerson, as far as it matters here. */
const Registration = Schema.fromJsonString(
  Schema.Struct({
    redirect_uris: Schema.optionalKey(Schema.Array(Schema.String)),
    grant_types: Schema.optionalKey(Schema.Array(Schema.String))
  })
)

const beside = (redirectUri: RedirectUri, { grant_types = [], redirect_uris = [] }: typeof Registration.Type) => {
  const findings: Array<Finding.Finding> = []
  if (redirect_uris.includes(redirectUri))
    findings.push(Finding.good("registration", text`${redirectUri} is registered.`))
  else {
    const others = join(
      ", ",
      redirect_uris.map((uri) => text`${uri}`)
    )
    findings.push(
      ...wrong(
        text`${redirectUri} is not registered; registered: ${redirect_uris.length === 0 ? "none" : others}.`,
        text`They are compared character by character: scheme, host, port, path and the slash at its end.`
      ).map((finding) => ({ ...finding, check: "registration" }))
    )
  }
  for (const uri of redirect_uris.filter((uri) => uri.length > 128)) {
    findings.push(
      Finding.warning(
        "registration",
        text`${uri.slice(0, 60)}… has ${uri.length} characters.`,
        text`LivePerson takes 128.`
      )
    )
  }
  for (const grant of ["authorization_code", "refresh_token"].filter((grant) => !grant_types.includes(grant))) {
    const isNeeded = grant === "authorization_code"
    const message = text`The grant type ${grant} is not registered${isNeeded ? "" : ", so sessions end with their first token"}.`
    const remedy = text`Add "${grant}" to grant_types.`
    findings.push(
      isNeeded
        ? Finding.problem("registration", "configuration", message, remedy)
        : Finding.warning("registration", message, remedy)
    )
  }
  return findings
}

const registered = Effect.fnUntraced(function* (redirectUri: RedirectUri, path: string) {
  const files = yield* FileSystem.FileSystem
  const content = yield* Effect.option(files.readFileString(path))
  const registration = Option.flatMap(content, Schema.decodeOption(Registration))
  return Option.isSome(registration)
    ? beside(redirectUri, registration.value)
    : [
        Finding.problem(
          "registration",
          "configuration",
          text`${path} is not the JSON of an application installation.`,
          text`Use the JSON that was sent to LivePerson, with redirect_uris and grant_types.`
        )
      ]
})

export const check = Effect.fnUntraced(function* (redirectUri: RedirectUri | undefined, file: Option.Option<string>) {
  if (redirectUri === undefined)
    return wrong(text`None is configured.`, text`Set LE_AUTH_REDIRECT_URI, such as ${example}.`)
  const shapes = shape(redirectUri)
  const ports = shapes.some(({ result }) => result === "problem") ? [] : yield* port(redirectUri)
  return [...shapes, ...ports, ...(Option.isSome(file) ? yield* registered(redirectUri, file.value) : [])]
})
