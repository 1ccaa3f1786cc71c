/**
 * Looks for what could prevent a sign-in, or a token of the application itself, and says what to do.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { all, givenToken, validUntil } from "../../target/CurrentSession.ts"
import { describe, Target } from "../../target/Target.ts"
import type { Selection } from "../../target/TargetFlags.ts"
import { withCalls, withTarget } from "../../target/WithTarget.ts"
import { Failure } from "../../terminal/Failure.ts"
import * as Output from "../../terminal/Output.ts"
import { join, type Text, text } from "../../terminal/TerminalText.ts"
import * as AppToken from "./AppToken.ts"
import * as Files from "./Files.ts"
import * as Finding from "./Finding.ts"
import * as Installation from "./Installation.ts"
import * as RedirectUri from "./RedirectUri.ts"
import * as SealKey from "./SealKey.ts"
import * as Secret from "./Secret.ts"
import * as Services from "./Services.ts"

export interface Options extends Selection {
  readonly app: boolean
  readonly installation: Option.Option<string>
}

const session = Effect.gen(function* () {
  if ((yield* givenToken) !== undefined) {
    return [
      Finding.warning(
        "session",
        text`LE_AUTH_ACCESS_TOKEN is set: it is used in place of any session, and never refreshed.`,
        text`Unset it to use the session of le-auth login.`
      )
    ]
  }
  const [newest] = yield* all
  return newest === undefined
    ? [Finding.warning("session", text`You are not signed in.`, text`Sign in with: le-auth login`)]
    : [Finding.good("session", text`Signed in as ${newest.key.subject}, until ${validUntil(newest)}`)]
}).pipe(Finding.orProblem("session"))

const configuration = Effect.map(Target, (target) => {
  const source = target.profile === undefined ? text`LE_AUTH_*` : text`the profile ${target.profile}`
  return [
    Finding.good("configuration", text`${describe(target)}, by ${source}`),
    ...Secret.check(target.installation.clientSecret, source)
  ]
})

const document = ({ installation }: Options, against: Parameters<typeof Installation.check>[0]) =>
  Option.match(installation, {
    onNone: () => Effect.succeed([]),
    onSome: (file) => Installation.check(against, file)
  })

/** No user, no callback and no session. */
const aboutApplication = Effect.fnUntraced(function* (options: Options) {
  return [
    ...(yield* configuration),
    ...(yield* document(options, "application")),
    ...(yield* Services.checkWith(AppToken.check))
  ]
})

const aboutUser = Effect.fnUntraced(function* (options: Options) {
  const [redirectUri] = (yield* Target).installation.redirectUris
  return [
    ...(yield* configuration),
    ...(yield* RedirectUri.check(redirectUri)),
    ...(yield* document(options, redirectUri)),
    ...(yield* Services.checkWith(Services.signIn)),
    ...(yield* session)
  ]
})

const textOf = ({ check, message, remedy, result }: Finding.Finding): Text => {
  const said = remedy === null ? message : text`${message} ${remedy}`
  return text`${result.padEnd(7)}  ${check}: ${said.indented(9)}`
}

/** Each finding, with its remedy. Fails with the exit code of the first problem. */
export const run = Effect.fnUntraced(function* (options: Options) {
  // Checked before other code reads a file, which closes it to others.
  const local = [...(yield* Files.check), ...(yield* SealKey.check)]
  const about = options.app ? withCalls(aboutApplication(options), options) : withTarget(aboutUser(options), options)
  const findings = [...local, ...(yield* about.pipe(Finding.orProblem("configuration")))]
  yield* Output.print(
    { findings: findings.map(({ code: _, ...finding }) => finding) },
    join("\n", findings.map(textOf))
  )
  const problems = findings.filter(({ result }) => result === "problem")
  const code = problems[0]?.code
  if (code === undefined || code === null)
    return yield* Output.say(
      options.app ? text`\nNothing keeps the application from its tokens.` : text`\nNothing prevents a sign-in.`
    )
  return yield* new Failure({
    text: problems.length === 1 ? text`There is a problem.` : text`There are ${problems.length} problems.`,
    code
  })
})
