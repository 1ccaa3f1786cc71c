/**
 * Signs in: a user through the system browser, or the application itself.
 */
import type { RedirectUri } from "@le-auth/core/Identifiers"
import { isLoopback, Origin } from "@le-auth/core/Origin"
import * as NodeSignIn from "@le-auth/node/NodeSignIn"
import * as SessionFile from "@le-auth/node/SessionFile"
import * as SystemBrowser from "@le-auth/node/SystemBrowser"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Terminal from "effect/Terminal"
import * as Net from "node:net"
import * as CurrentAppToken from "../../target/CurrentAppToken.ts"
import { validUntil } from "../../target/CurrentSession.ts"
import { given } from "../../target/FindTarget.ts"
import * as Profiles from "../../target/Profiles.ts"
import { describe, Target } from "../../target/Target.ts"
import type { Selection } from "../../target/TargetFlags.ts"
import * as UserKey from "../../target/UserKey.ts"
import { at, atApplication, sayIgnored } from "../../target/WithTarget.ts"
import { failed, fromError, wrongUsage } from "../../terminal/Failure.ts"
import * as Output from "../../terminal/Output.ts"
import { canAsk } from "../../terminal/Prompts.ts"
import { join, lines, text } from "../../terminal/TerminalText.ts"
import * as LoginPort from "./LoginPort.ts"
import * as NewProfile from "./NewProfile.ts"

export interface Options extends Selection {
  readonly app: boolean
  readonly noBrowser: boolean
  readonly qr: boolean
  readonly port: Option.Option<number>
  readonly timeout: Option.Option<Duration.Duration>
  readonly callbackHost: Option.Option<string>
  readonly settings: Option.Option<string>
}

const show = Effect.fnUntraced(function* (url: string, options: Options, opens: boolean) {
  const invitation = opens
    ? text`Opening your browser. If nothing opens, visit:`
    : text`Open this address in a browser:`
  yield* Output.say(text`${invitation}\n\n  ${url}\n`)
  if (options.qr) {
    const { renderUnicodeCompact } = yield* Effect.promise(() => import("uqr"))
    yield* Output.say(text`${lines(renderUnicodeCompact(url, { border: 2, ecc: "L" }))}\n`)
  }
  yield* Output.say(text`Waiting for the sign-in; Ctrl-C stops.`)
})

/** Asks for the address that the browser ended at, which on another computer is a page that does not load. */
const paste = (redirectUri: RedirectUri) => (wrong: string | undefined) =>
  Effect.gen(function* () {
    yield* Output.say(
      wrong === undefined
        ? join("\n", [
            text`Is the browser on another computer? Then it ends at a page that does not load. Paste that page's address here; it`,
            text`begins with ${redirectUri}`
          ])
        : text`${wrong}\nStill waiting: paste the whole address of the page that the browser ended at.`
    )
    const { readLine } = yield* Terminal.Terminal
    return (yield* readLine).trim()
  }).pipe(
    // Input may end; the callback can still arrive.
    Effect.catchTag("QuitError", () => Effect.never)
  )

/** The address to listen on, where it is not that of the redirect URI. */
const callbackHost = Effect.fnUntraced(function* (options: Options) {
  const fromFlag = Option.isSome(options.callbackHost)
  const host = Option.getOrUndefined(fromFlag ? options.callbackHost : yield* given("LE_AUTH_CALLBACK_HOST"))
  if (host === undefined || Net.isIPv4(host)) return host
  if (Net.isIPv6(host)) return `[${host}]`
  const name = fromFlag ? "--callback-host" : "LE_AUTH_CALLBACK_HOST"
  return yield* wrongUsage(text`${name} takes an IP address, such as 0.0.0.0, and not ${host}.`)
})

/** Warns, since the port is open to more than this computer. */
const announce = (host: string, redirectUri: RedirectUri | undefined) =>
  Output.say(
    join("\n", [
      text`WARNING: the callback is received on ${host}, not on this computer alone. Until the sign-in ends, anyone who reaches that address`,
      text`can reach its port. Only callbacks of this sign-in, asked for at ${redirectUri ?? ""}, are taken.\n`
    ])
  )

/** A user who has not finished by then may use a browser on another computer, even if a browser was opened here. */
const askAfter = "5 seconds"

const signIn = Effect.fnUntraced(function* (options: Options) {
  const target = yield* Target
  const [redirectUri] = target.installation.redirectUris
  const listenHost = yield* callbackHost(options)
  const mayAsk = yield* canAsk
  const isElsewhere = yield* Deferred.make<void>()
  const missing = yield* SystemBrowser.missing
  const opens = !options.noBrowser && missing === undefined
  if (!options.noBrowser && missing !== undefined) yield* Output.say(text`${missing}`)
  const late = Effect.andThen(Effect.sleep(askAfter), Deferred.succeed(isElsewhere, undefined))
  if (!opens) yield* Deferred.succeed(isElsewhere, undefined)
  const { session } = yield* NodeSignIn.signIn({
    openBrowser: opens,
    listenHost,
    timeout: Option.getOrUndefined(options.timeout),
    show: (url) =>
      Effect.andThen(
        listenHost === undefined || isLoopback(listenHost) ? Effect.void : announce(listenHost, redirectUri),
        show(url, options, opens)
      ),
    onBrowserError: (error) =>
      Effect.andThen(Output.say(text`${error.message}`), Deferred.succeed(isElsewhere, undefined)),
    ...(mayAsk &&
      redirectUri !== undefined && {
        paste: (wrong: string | undefined) =>
          Effect.andThen(Effect.raceFirst(Deferred.await(isElsewhere), late), paste(redirectUri)(wrong))
      })
  })
  return session
})

/** Keeps a profile that is new, and makes the one that was there the current one. */
const keep = Effect.fnUntraced(function* (found: Target["Service"], keepAs: string | undefined) {
  if (keepAs !== undefined) {
    const given = yield* Config.option(Config.schema(Origin, "LE_AUTH_DOMAIN_API"))
    const save = Profiles.save(keepAs, found.installation, found.domainApi ?? Option.getOrUndefined(given))
    yield* Effect.provide(save, UserKey.opened)
  } else if (found.profile !== undefined) {
    yield* Profiles.use(found.profile)
  }
})

/** Finds the target, and makes sure that it can be kept. */
const prepare = Effect.fnUntraced(function* (options: Options) {
  const { keepAs, target: found } = yield* NewProfile.resolve(options)
  yield* sayIgnored(found)
  if (keepAs !== undefined || found.profile !== undefined) yield* Profiles.checkWritable
  if (found.localSentinel !== undefined && keepAs === undefined) {
    const why = Option.isSome(options.profile) ? "This" : "No account is configured, so this"
    yield* Output.say(text`${why} is ${describe(found)}.`)
  }
  return { keepAs, found }
})

/** With a token that Sentinel gives now: one that is kept would not show that the settings are right. */
const loginApplication = Effect.fnUntraced(function* (options: Options) {
  const { callbackHost, noBrowser, port, qr, timeout } = options
  if (noBrowser || qr || Option.isSome(port) || Option.isSome(timeout) || Option.isSome(callbackHost)) {
    return yield* wrongUsage(text`--app opens no browser: the flags of a sign-in have no meaning with it.`)
  }
  const { found, keepAs } = yield* prepare(options)
  const facts = yield* atApplication(found, Effect.flatMap(CurrentAppToken.another, CurrentAppToken.factsOf))
  yield* keep(found, keepAs)
  const { accountId, clientId } = found.appInstallation
  const profile = keepAs ?? found.profile ?? null
  const until = facts.validUntil === null ? text`` : text` until ${facts.validUntil}`
  yield* Output.print(
    { account: accountId, application: clientId, profile, user: null, validUntil: facts.validUntil },
    text`Sentinel gives tokens to application ${clientId} of account ${accountId}: this one is valid${until}`
  )
})

const login = Effect.fnUntraced(function* (options: Options) {
  // Checked before the sign-in: a code is spent when it is sent.
  yield* Effect.flatMap(SessionFile.defaultPath, SessionFile.checkWritable)
  const { found, keepAs } = yield* prepare(options)
  const target = yield* LoginPort.apply(found, options.port)
  const session = yield* at(target, signIn(options))
  yield* keep(found, keepAs)
  const { accountId, clientId, subject } = session.key
  yield* Output.print(
    {
      account: accountId,
      application: clientId,
      profile: keepAs ?? found.profile ?? null,
      user: subject,
      validUntil: validUntil(session)
    },
    text`Signed in as ${subject} to account ${accountId}, until ${validUntil(session)}`
  )
})

/** The file's settings take precedence over those of the environment. */
const settingsOf = ({ settings }: Options) =>
  Option.match(settings, {
    onNone: () => Layer.empty,
    onSome: (path) =>
      Layer.unwrap(
        ConfigProvider.fromDotEnv({ path }).pipe(
          Effect.mapError(() => failed(text`The file ${path} cannot be read.`)),
          Effect.map((provider) => ConfigProvider.layerAdd(provider, { asPrimary: true }))
        )
      )
  })

/** Prints who signed in; everything else goes to stderr. */
export const run = (options: Options) =>
  Effect.suspend(() => (options.app ? loginApplication(options) : login(options))).pipe(
    Effect.provide(Layer.provideMerge(UserKey.layerWith({}), settingsOf(options))),
    Effect.mapError(fromError)
  )
