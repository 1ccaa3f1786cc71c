/**
 * Checks an installation document: by itself, and against the redirect URI of the settings.
 */
import type { RedirectUri } from "@le-auth/core/Identifiers"
import * as InstallationDocument from "@le-auth/core/InstallationDocument"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { join, text } from "../../terminal/TerminalText.ts"
import * as DocumentFile from "../installation/check/DocumentFile.ts"
import * as Finding from "./Finding.ts"

const name = "installation"

const textsIn = (document: unknown, member: string): ReadonlyArray<string> => {
  const list = Predicate.hasProperty(document, member) ? document[member] : undefined
  return Array.isArray(list) ? list.filter(Predicate.isString) : []
}

/** Whether the document is of the application whose settings these are. */
const beside = (redirectUri: RedirectUri, document: unknown): ReadonlyArray<Finding.Finding> => {
  const registered = textsIn(document, "redirect_uris")
  const others = join(
    ", ",
    registered.map((uri) => text`${uri}`)
  )
  const isRegistered = registered.includes(redirectUri)
  const signsIn = textsIn(document, "grant_types").includes("authorization_code")
  return [
    isRegistered
      ? Finding.good(name, text`${redirectUri} is registered.`)
      : Finding.problem(
          name,
          "configuration",
          text`${redirectUri} is not registered; registered: ${registered.length === 0 ? "none" : others}.`,
          text`They are compared character by character: scheme, host, port, path and the slash at its end.`
        ),
    ...(signsIn
      ? []
      : [
          Finding.problem(
            name,
            "configuration",
            text`The grant type authorization_code is not registered, and the settings have a redirect URI.`,
            text`Add "authorization_code" to grant_types, or unset LE_AUTH_REDIRECT_URI if users do not sign in.`
          )
        ])
  ]
}

const found = ({ field, problem, remedy, severity }: InstallationDocument.Finding): Finding.Finding => {
  const message = text`${field === "" ? "document" : field}: ${problem}`
  return severity === "advice"
    ? Finding.warning(name, message, text`${remedy}`)
    : Finding.problem(name, "configuration", message, text`${remedy}`)
}

export const check = Effect.fnUntraced(function* (redirectUri: RedirectUri | undefined, file: string) {
  const document = yield* DocumentFile.read(file)
  return [
    ...(redirectUri === undefined ? [] : beside(redirectUri, document)),
    ...InstallationDocument.check(document).map(found)
  ]
}, Finding.orProblem(name))
