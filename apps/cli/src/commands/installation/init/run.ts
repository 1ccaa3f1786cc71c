/**
 * Writes an installation document.
 */
import * as InstallationDocument from "@le-auth/core/InstallationDocument"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import { failed, Failure, wrongUsage } from "../../../terminal/Failure.ts"
import * as Output from "../../../terminal/Output.ts"
import { join, text } from "../../../terminal/TerminalText.ts"
import { textOf } from "../check/Findings.ts"

export interface Options {
  readonly file: string
  readonly redirectUris: ReadonlyArray<string>
  readonly app: boolean
  readonly scope: Option.Option<string>
  readonly name: string
  readonly force: boolean
}

const documentOf = ({ app, name, redirectUris, scope }: Options): InstallationDocument.InstallationDocument => {
  const signsIn = redirectUris.length > 0
  return {
    client_name: name,
    grant_types: [
      ...(signsIn ? (["authorization_code", "refresh_token"] as const) : []),
      ...(app ? (["client_credentials"] as const) : [])
    ],
    ...(signsIn ? { response_types: ["code"], redirect_uris: [...new Set(redirectUris)] } : {}),
    ...(Option.isSome(scope) ? { scope: scope.value } : {})
  }
}

export const run = Effect.fnUntraced(function* (options: Options) {
  const { app, file, force, redirectUris, scope } = options
  if (!app && redirectUris.length === 0) {
    return yield* wrongUsage(
      text`Say what it is for: --redirect-uri for users who sign in, --app for tokens without one.`
    )
  }
  if (!app && Option.isSome(scope)) {
    return yield* wrongUsage(text`--scope is for --app: users who sign in have permissions of their own.`)
  }
  const document = documentOf(options)
  const findings = InstallationDocument.check(document).filter(({ severity }) => severity !== "advice")
  if (findings.length > 0) {
    return yield* wrongUsage(join("\n", [text`This document would not work:`, ...findings.map(textOf)]))
  }
  const content = `${JSON.stringify(document, null, 2)}\n`
  if (file === "-") return yield* Output.write(content)
  const files = yield* FileSystem.FileSystem
  yield* files
    .writeFileString(file, content, { flag: force ? "w" : "wx" })
    .pipe(
      Effect.mapError(({ reason }) =>
        reason._tag === "AlreadyExists"
          ? failed(text`The file ${file} exists already. To replace it, add --force.`)
          : new Failure({ text: text`The file ${file} cannot be written.`, code: "storage" })
      )
    )
  yield* Output.done(
    { file },
    join("\n", [
      text`Wrote ${file}. Give it to LivePerson, or upload it under Application Install of the Management Console.`,
      text`You get a client id and a secret for it. Check it after a change with: le-auth installation check ${file}`
    ])
  )
})
