/**
 * Small secrets in the keychain of the operating system: Keychain on macOS, Credential Manager on Windows, the Secret
 * Service (GNOME Keyring, KWallet) on Linux. By `@napi-rs/keyring`, which is needed only here and may be missing.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as ChildProcess from "node:child_process"
import * as Fs from "node:fs"
import { script } from "./internal/keychainScript.ts"

/** A person may have to unlock it. */
const timeout = "10 seconds"
const waiting = "Waiting for the keychain, which may ask to be unlocked"

/**
 * The keychain cannot be used. `reason` says why, and the message says it in words.
 *
 * @category errors
 * @since 0.1.0
 */
export class KeychainError extends Schema.TaggedError<KeychainError>()("KeychainError", {
  reason: Schema.Literals(["SwitchedOff", "NotInstalled", "NoService", "NoAnswer", "Refused"])
}) {
  override get message(): string {
    switch (this.reason) {
      case "SwitchedOff":
        return "the keychain is switched off by LE_AUTH_KEYCHAIN"
      case "NotInstalled":
        return "@napi-rs/keyring is not installed for this platform"
      case "NoService":
        return "there is no keychain service in this session"
      case "NoAnswer":
        return `the keychain did not answer within ${timeout}; it may be waiting to be unlocked`
      case "Refused":
        return "the keychain is locked, or refuses"
    }
  }
}

/**
 * Secrets by name, in the keychain of the user. Every call fails with a {@link KeychainError} where there is no
 * keychain, or where it gives no answer within 10 seconds.
 *
 * @category services
 * @since 0.1.0
 */
export class Keychain extends Context.Service<
  Keychain,
  {
    /** The secret of that name, if there is one. */
    readonly get: (name: string) => Effect.Effect<Option.Option<Redacted.Redacted>, KeychainError>
    /** Keeps a secret under that name, in place of one that is there. */
    readonly set: (name: string, secret: Redacted.Redacted) => Effect.Effect<void, KeychainError>
  }
>()("@le-auth/node/Keychain") {}

/** The exit code of `internal/keychainProgram.ts` where it finds no addon. */
const notInstalled = 3

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.NullOr(Schema.String)))

const ask = (service: string, name: string, operation: "get" | "set", secret = "") =>
  Effect.callback<string | null, KeychainError>((resume) => {
    const fail = (reason: KeychainError["reason"]) => resume(Effect.fail(new KeychainError({ reason })))
    const words = ["-e", script, "--", import.meta.url, service, name, operation]
    const child = ChildProcess.spawn(process.execPath, words, {
      stdio: ["pipe", "pipe", "ignore"],
      windowsHide: true
    })
    let answer = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => (answer += text))
    child.once("error", () => fail("Refused"))
    // It may end without reading.
    child.stdin.on("error", () => {}).end(secret)
    child.once("close", (code) => {
      const value = decode(answer)
      if (code === 0 && Option.isSome(value)) resume(Effect.succeed(value.value))
      else fail(code === notInstalled ? "NotInstalled" : "Refused")
    })
    return Effect.sync(() => child.kill("SIGKILL"))
  }).pipe(
    Effect.raceFirst(Effect.andThen(Effect.delay(Effect.logWarning(waiting), "2 seconds"), Effect.never)),
    Effect.timeoutOrElse({
      duration: timeout,
      orElse: () => Effect.fail(new KeychainError({ reason: "NoAnswer" }))
    })
  )

const environment = Config.all({
  choice: Config.String("LE_AUTH_KEYCHAIN").pipe(Config.withDefault("on")),
  bus: Config.String("DBUS_SESSION_BUS_ADDRESS").pipe(Config.withDefault("")),
  runtime: Config.String("XDG_RUNTIME_DIR").pipe(Config.withDefault(""))
})

/**
 * Why it is not worth asking: on Linux the Secret Service is on the bus of a desktop session, and servers have none.
 */
const unusable = Effect.gen(function* () {
  const { bus, choice, runtime } = yield* Effect.orDie(environment)
  if (/^(?:off|no|false|0)$/i.test(choice)) return "SwitchedOff"
  const hasBus = bus !== "" || (runtime !== "" && Fs.existsSync(`${runtime}/bus`))
  return process.platform === "linux" && !hasBus ? "NoService" : undefined
})

/**
 * The user's keychain, with entries under the name `service`.
 *
 * A keychain may ask the user to unlock it. One that gives no answer within 10 seconds counts as unusable.
 * `LE_AUTH_KEYCHAIN=off` switches it off.
 *
 * @example
 * ```ts
 * // compiled only: it asks the keychain of the user
 * import * as Keychain from "@le-auth/node/Keychain"
 * import * as Effect from "effect/Effect"
 *
 * const secret = Keychain.Keychain.use((keychain) => keychain.get("seal key")).pipe(
 *   Effect.provide(Keychain.layer("my-application"))
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (service: string): Layer.Layer<Keychain> => {
  const asking = (name: string, operation: "get" | "set", secret?: string) =>
    Effect.flatMap(unusable, (reason) =>
      reason === undefined ? ask(service, name, operation, secret) : Effect.fail(new KeychainError({ reason }))
    )
  return Layer.succeed(Keychain, {
    get: (name) =>
      Effect.map(asking(name, "get"), (found) =>
        Option.map(Option.fromNullOr(found), (text) => Redacted.make(text, { label: "keychain" }))
      ),
    set: (name, secret) => Effect.asVoid(asking(name, "set", Redacted.value(secret)))
  })
}
