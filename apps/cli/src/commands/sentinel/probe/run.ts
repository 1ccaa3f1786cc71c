/**
 * Learns the dialect of an account.
 */
import * as Domains from "@le-auth/core/Domains"
import { Origin } from "@le-auth/core/Origin"
import * as Transport from "@le-auth/core/Transport"
import * as SystemBrowser from "@le-auth/node/SystemBrowser"
import * as SentinelDialect from "@le-auth/sentinel/SentinelDialect"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describe, Target } from "../../../target/Target.ts"
import type { Selection } from "../../../target/TargetFlags.ts"
import { failureAt, withCalls } from "../../../target/WithTarget.ts"
import { type ExitCode, failed, Failure, wrongUsage } from "../../../terminal/Failure.ts"
import * as Output from "../../../terminal/Output.ts"
import { canAsk, confirm } from "../../../terminal/Prompts.ts"
import { join, table, text, type Text } from "../../../terminal/TerminalText.ts"
import { version } from "../../../Version.ts"
import { Answers } from "./Answer.ts"
import * as Asking from "./Asking.ts"
import * as PointFlags from "../start/PointFlags.ts"
import { points } from "./Points.ts"
import * as Probe from "./Probe.ts"
import { isRefused, names, questions, type QuestionName, type Setting } from "./Questions.ts"
import * as Shown from "./Shown.ts"
import * as SignedIn from "./SignedIn.ts"

export interface Options extends Selection {
  readonly output: Option.Option<string>
  readonly signIn: boolean
  readonly allowRevoke: boolean
  readonly dryRun: boolean
  readonly yes: boolean
}

const cannotWrite = (path: string): Failure =>
  new Failure({ text: text`The file ${path} cannot be written.`, code: "storage" })

/** Asked before minutes have gone into what then cannot be written. */
const checkOutput = Effect.fnUntraced(function* (path: string) {
  const files = yield* FileSystem.FileSystem
  const paths = yield* Path.Path
  const folder = paths.dirname(path)
  const isFolder = Effect.map(files.stat(folder), ({ type }) => type === "Directory")
  const isWritable = Effect.as(files.access(folder, { writable: true }), true)
  const can = yield* Effect.orElseSucceed(Effect.all([isFolder, isWritable]), () => [false])
  if (!can.every(Boolean)) return yield* cannotWrite(path)
  const exists = yield* Effect.orElseSucceed(files.exists(path), () => true)
  if (exists) return yield* failed(text`The file ${path} exists already. Choose another name.`)
})

/** Whole or not at all: where it is interrupted, there is no file. */
const write = Effect.fnUntraced(function* (path: string, document: unknown) {
  const files = yield* FileSystem.FileSystem
  yield* files.writeFileString(path, `${JSON.stringify(document, null, 2)}\n`, { flag: "wx" }).pipe(
    Effect.uninterruptible,
    Effect.mapError(() => cannotWrite(path))
  )
})

const settles = (name: QuestionName): ReadonlyArray<string> =>
  Object.entries(points).flatMap(([point, how]) =>
    how._tag === "Visible" && how.questions.includes(name) ? [point] : []
  )

/** All requests, as far as they are known before an answer has come. */
const dryRun = Effect.fnUntraced(function* (setting: Setting) {
  const nothing = new Answers()
  const planned = names.map((name) => {
    const { asks, shown } = questions[name]
    const request = questions[name].request(setting, nothing)
    const settled = settles(name)
    if (shown !== undefined) return { question: name, asks, settles: settled, request: shown }
    return Result.isSuccess(request)
      ? { question: name, asks, settles: settled, request: Shown.of(request.success) }
      : { question: name, asks, settles: settled, request: null, why: request.failure }
  })
  yield* Output.print(
    { requests: planned },
    join(
      "\n\n",
      planned.map(({ asks, request, settles, why }) => {
        const what =
          request === null
            ? text`Not sent: ${why ?? ""}`
            : typeof request === "string"
              ? text`${request}`
              : Shown.inWords(request)
        return text`${asks} (${settles.join(", ")})\n${what}`
      })
    )
  )
  yield* Output.say(text`\nNothing was sent.`)
})

const makeSure = Effect.fnUntraced(function* (options: Options, domainApi: Origin) {
  const target = yield* Target
  if (options.yes) return
  if (!(yield* canAsk)) {
    return yield* wrongUsage(
      text`There is no terminal to ask on. See what it sends with --dry-run; if you are sure, add --yes.`
    )
  }
  const local = target.localSentinel !== undefined
  yield* Output.say(
    join("\n", [
      text`The probe asks at most ${names.length} harmless questions of ${describe(target)} (Domain API: ${domainApi}).`,
      text`They change nothing. At most 4 of them have a wrong secret, which is made up.`,
      text`If you are signed in with le-auth, the session is refreshed once.`,
      ...(options.allowRevoke ? [text`With --allow-revoke it can end a sign-in that it has made itself.`] : []),
      ...(local ? [] : [text`It takes about two minutes, since it keeps pauses between requests.`])
    ])
  )
  if (!(yield* confirm(text`Begin?`))) return yield* failed(text`Nothing was sent.`)
})

/** The Domain API of the target, asked by requests of the probe: not the one that the command has made already. */
const domainsBy = (asking: Asking.Asking, domainApi: Origin) =>
  Layer.build(
    Layer.fresh(Domains.layerConfig).pipe(
      Layer.provide(Layer.succeed(Transport.Transport, asking.transport)),
      Layer.provide(
        ConfigProvider.layerAdd(ConfigProvider.fromUnknown({ LE_AUTH_DOMAIN_API: domainApi }), { asPrimary: true })
      )
    )
  ).pipe(Effect.map(Context.get(Domains.Domains)))

const encodeDialect = Schema.encodeSync(SentinelDialect.DialectPoints)

/** The points that differ from the default, as flags. */
const flagsOf = (seen: Readonly<Record<string, unknown>>): ReadonlyArray<string> => {
  const usual: Readonly<Record<string, unknown>> = encodeDialect(SentinelDialect.liveperson)
  return Object.entries(seen)
    .filter(([point, value]) => JSON.stringify(usual[point]) !== JSON.stringify(value))
    .map(([point, value]) => {
      const written = PointFlags.write(point, value)
      return `--point ${/^[\w.,=-]+$/.test(written) ? written : `'${written}'`}`
    })
}

const documentOf = (findings: ReadonlyArray<Probe.Finding>) => ({
  points: Object.fromEntries(findings.flatMap(({ point, value }) => (value === undefined ? [] : [[point, value]]))),
  notSeen: Object.fromEntries(findings.flatMap(({ point, why }) => (why === undefined ? [] : [[point, why]]))),
  evidence: Object.fromEntries(
    findings.flatMap(({ evidence, point }) => (evidence.length === 0 ? [] : [[point, evidence]]))
  )
})

const wordsOf = ({ notSeen, points: seen }: ReturnType<typeof documentOf>): Text => {
  const rows = Object.entries(seen)
  const flags = flagsOf(seen)
  return join("\n", [
    text`Seen:`,
    ...(rows.length === 0
      ? [text`nothing`]
      : [table(rows.map(([point, value]) => [point, typeof value === "string" ? value : JSON.stringify(value)]))]),
    text`\nNot seen:`,
    table(Object.entries(notSeen).map(([point, why]) => [point, String(why)])),
    flags.length === 0
      ? text`\nNothing that was seen differs from: le-auth sentinel start`
      : text`\nA Sentinel that speaks so: le-auth sentinel start ${flags.join(" ")}`
  ])
}

/** What keeps the probe from all that it could see, after its result. */
const shortcomings = (asking: Asking.Asking, isRefused: boolean, signIn: Failure | undefined): Failure | undefined => {
  const ended = asking.ended()
  const codes: Readonly<Record<Asking.Ended, ExitCode>> = {
    RateLimited: "unavailable",
    Blocked: "denied",
    NoAnswer: "unavailable"
  }
  if (ended !== undefined) return new Failure({ text: Asking.inWords[ended], code: codes[ended] })
  if (isRefused) {
    const what = text`Sentinel does not accept the client id and secret of the settings, so most questions were not asked.`
    return new Failure({ text: text`${what} See: le-auth doctor`, code: "configuration" })
  }
  return signIn
}

/** Asks, after everything was made sure. */
export const learn = Effect.fnUntraced(function* (about: Omit<Setting, "sentinel" | "users" | "allows">) {
  const target = yield* Target
  const { accountId } = about.installation
  const asking = Asking.make({
    transport: yield* Transport.Transport,
    announce: (what) => Output.say(text`\n${what}`),
    show: (request) => Output.say(Shown.inWords(Shown.of(request)))
  })
  yield* asking.announce("Where are Sentinel and the Users API?")
  const domains = yield* domainsBy(asking, about.domainApi)
  const sentinel = yield* domains.resolve(accountId, "sentinel")
  const users = yield* Effect.option(domains.resolve(accountId, "accountConfigReadOnly"))
  const setting: Setting = { ...about, sentinel, users: Option.getOrUndefined(users), allows: domains.allows }

  let signIn: Failure | undefined
  const signedIn = Effect.fnUntraced(function* (answers: Answers) {
    yield* setting.hasSignIn
      ? SignedIn.bySigningIn(setting, asking, answers).pipe(
          Effect.catch((error) => Effect.sync(() => void (signIn = failureAt(target)(error))))
        )
      : SignedIn.byKeptSession(setting, asking, answers)
  })
  const answers = yield* Probe.ask(setting, asking, signedIn).pipe(Effect.provideService(Domains.Domains, domains))
  const document = documentOf(yield* Probe.findings(setting, answers))
  return { document, requests: asking.count(), shortcoming: shortcomings(asking, isRefused(answers), signIn) }
}, Effect.scoped)

const probe = Effect.fnUntraced(function* (options: Options) {
  const { appInstallation, domainApi: ofTarget, installation } = yield* Target
  const given = Config.schema(Origin, "LE_AUTH_DOMAIN_API").pipe(Config.withDefault(Domains.liveperson))
  const domainApi = ofTarget ?? (yield* given)
  const output = Option.getOrUndefined(options.output)
  if (output !== undefined) yield* checkOutput(output)
  const about = {
    domainApi,
    installation,
    appInstallation,
    mayRevoke: options.allowRevoke,
    hasSignIn: options.signIn
  }
  if (options.dryRun) {
    return yield* dryRun({ ...about, sentinel: "https://{sentinel}", users: undefined, allows: () => false })
  }
  yield* makeSure(options, domainApi)

  const { document, requests, shortcoming } = yield* learn(about)
  if (output !== undefined) {
    const date = DateTime.formatIso(yield* DateTime.now)
    yield* write(output, { by: `le-auth ${version} sentinel probe`, date, ...document })
  }
  yield* Output.print({ ...document, requests }, wordsOf(document))
  if (output !== undefined) yield* Output.say(text`\nWrote ${output}`)
  if (shortcoming !== undefined) return yield* shortcoming
}, Effect.provide(SystemBrowser.layer))

export const run = (options: Options) => withCalls(probe(options), options)
