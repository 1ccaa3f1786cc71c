/**
 * Checks an installation document: by itself, and against what the settings are for.
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

/** Whether the document gives the application tokens of its own. */
const ofApplication = (document: unknown): Finding.Finding =>
  textsIn(document, "grant_types").includes("client_credentials")
    ? Finding.good(name, text`client_credentials is a grant type of it.`)
    : Finding.problem(
        name,
        "configuration",
        text`The grant type client_credentials is not registered, so the application gets no token of its own.`,
        text`Add "client_credentials" to grant_types, and the scopes that the program needs to scope.`
      )

const found = ({ field, problem, remedy, severity }: InstallationDocument.Finding): Finding.Finding => {
  const message = text`${field === "" ? "document" : field}: ${problem}`
  return severity === "advice"
    ? Finding.warning(name, message, text`${remedy}`)
    : Finding.problem(name, "configuration", message, text`${remedy}`)
}

/** Against the redirect URI of the settings, if there is one, or against what `--app` needs. */
export const check = Effect.fnUntraced(function* (against: RedirectUri | "application" | undefined, file: string) {
  const document = yield* DocumentFile.read(file)
  const findings = [
    ...(against === undefined ? [] : against === "application" ? [ofApplication(document)] : beside(against, document)),
    ...InstallationDocument.check(document).map(found)
  ]
  return findings.length > 0 ? findings : [Finding.good(name, text`Nothing is wrong with the document.`)]
}, Finding.orProblem(name))
