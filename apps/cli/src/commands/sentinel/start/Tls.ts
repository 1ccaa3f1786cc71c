/**
 * The key and the certificate of a Sentinel that speaks TLS: given out by an authority of its own (`--tls`), or from
 * files (`--tls-cert` and `--tls-key`). Both are replaced while it runs.
 */
import * as Authority from "@le-auth/node/CertificateAuthority"
import * as TlsKeyPair from "@le-auth/node/TlsKeyPair"
import * as Clock from "effect/Clock"
import type { SecureRandom } from "effect/crypto/SecureRandom"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Path from "node:path"
import { Failure } from "../../../terminal/Failure.ts"
import { text, type Text } from "../../../terminal/TerminalText.ts"
import { versionOf } from "./Reload.ts"

/** The flags. */
export interface Flags {
  readonly tls: boolean
  readonly tlsNames: ReadonlyArray<string>
  readonly tlsCert: Option.Option<string>
  readonly tlsKey: Option.Option<string>
}

/** How this Sentinel speaks TLS. */
export interface Tls {
  /** What the port begins with. */
  readonly keyPair: TlsKeyPair.TlsKeyPair
  /** The certificate of the authority, where it is Sentinel's own. */
  readonly authorityFile: string | undefined
  /** Replaces the pair when it is time to, until it is interrupted. */
  readonly watch: (
    replace: (keyPair: TlsKeyPair.TlsKeyPair) => Effect.Effect<void>
  ) => Effect.Effect<never, never, FileSystem.FileSystem | SecureRandom>
}

/** What the flags say that cannot be. */
export const problemsOfFlags = ({ tls, tlsCert, tlsKey, tlsNames }: Flags): ReadonlyArray<Text> => [
  ...(tls && Option.isSome(tlsCert)
    ? [text`--tls: makes a certificate, and --tls-cert brings one; choose one of them`]
    : []),
  ...(Option.isSome(tlsCert) && Option.isNone(tlsKey) ? [text`--tls-key: is missing; --tls-cert needs its key`] : []),
  ...(Option.isNone(tlsCert) && Option.isSome(tlsKey)
    ? [text`--tls-cert: is missing; --tls-key needs a certificate`]
    : []),
  ...(!tls && tlsNames.length > 0 ? [text`--tls-name: is for the certificate that --tls makes`] : [])
]

/** Below the working directory, as all that a Sentinel keeps by itself. */
export const folder = ".le-auth"

/** How often files, the end of a certificate and its authority are looked at, as the configuration. */
const fileInterval = Duration.millis(500)

/** After a renewal that failed. Longer timers do not survive a computer's sleep. */
const triesEvery = Duration.hours(1)

/** A certificate is renewed when less than this part of its life is left. */
const renewedBelow = 1 / 3

const own = Effect.fnUntraced(function* (folder: string, tlsNames: ReadonlyArray<string>) {
  const names = tlsNames.map((name) => name.toLowerCase())
  const AuthorityFile = yield* Effect.promise(() => import("../../../certificates/AuthorityFile.ts"))
  const version = versionOf(AuthorityFile.pathIn(Path.resolve(folder)))
  const open = Effect.gen(function* () {
    // Before it is read: what another process writes meanwhile is a change.
    const seen = yield* version
    return { ...(yield* AuthorityFile.open(Path.resolve(folder), names)), version: seen }
  })
  const issue = (authority: Authority.KeyPair) =>
    Authority.issue(authority, { names: ["localhost", ...names], addresses: ["127.0.0.1", "::1"] }).pipe(
      Effect.flatMap((issued) => Effect.orDie(TlsKeyPair.make(issued)))
    )
  let current = yield* open
  const first = yield* issue(current.authority)
  let { expiresAt } = first
  const watch: Tls["watch"] = (replace) =>
    Effect.gen(function* () {
      while (true) {
        yield* Effect.sleep(fileInterval)
        const left = expiresAt - (yield* Clock.currentTimeMillis)
        const isDue = left <= Duration.toMillis(Authority.lifetime) * renewedBelow
        if (!isDue && (yield* version) === current.version) continue
        const next = yield* open
        const isOther = next.authority.certificate !== current.authority.certificate
        if (isDue || isOther) {
          const keyPair = yield* issue(next.authority)
          yield* replace(keyPair)
          expiresAt = keyPair.expiresAt
          yield* isOther
            ? Effect.logWarning("the certificate has another authority now; start the programs that trust it again", {
                file: next.certificateFile
              })
            : Effect.logInfo("certificate renewed")
        }
        current = next
      }
    }).pipe(
      Effect.catchCause((cause) => Effect.logError("the certificate could not be renewed; trying again", cause)),
      Effect.andThen(Effect.sleep(triesEvery)),
      Effect.forever
    )
  return { keyPair: first, authorityFile: current.certificateFile, watch } satisfies Tls
})

const unreadable = (path: string) =>
  new Failure({ text: text`The file ${path} cannot be read.`, code: "configuration" })

const fromFiles = Effect.fnUntraced(function* (certificateFile: string, keyFile: string) {
  const version = Effect.map(Effect.all([versionOf(certificateFile), versionOf(keyFile)]), (both) => both.join())
  const contentOf = (path: string) =>
    Effect.mapError(
      FileSystem.FileSystem.use((files) => files.readFileString(path)),
      () => unreadable(path)
    )
  const read = Effect.gen(function* () {
    const certificate = yield* contentOf(certificateFile)
    const key = Redacted.make(yield* contentOf(keyFile), { label: "key of a certificate" })
    return yield* TlsKeyPair.make({ certificate, key }).pipe(
      Effect.mapError(
        ({ part, problem }) =>
          new Failure({
            text: text`${part === "key" ? `--tls-key: ${keyFile}` : `--tls-cert: ${certificateFile}`} ${problem}`,
            code: "configuration"
          })
      )
    )
  })
  const before = yield* version
  const keyPair = yield* read
  const watch: Tls["watch"] = (replace) =>
    Effect.gen(function* () {
      let taken = before
      let seen = before
      while (true) {
        yield* Effect.sleep(fileInterval)
        const now = yield* version
        // Two files are not written at one moment, so they are read when they were the same twice.
        if (now !== taken && now === seen) {
          taken = now
          yield* read.pipe(
            Effect.flatMap(replace),
            Effect.andThen(Effect.logInfo("certificate taken over", { file: certificateFile })),
            Effect.catchTag("Failure", ({ message }) =>
              Effect.logError("the certificate stays as it was", { problem: message })
            )
          )
        }
        seen = now
      }
    })
  return { keyPair, authorityFile: undefined, watch } satisfies Tls
})

/** What the flags ask for; `undefined` if they ask for plain HTTP. An authority of its own is kept in `folder`. */
export const make = Effect.fnUntraced(function* ({ tls, tlsCert, tlsKey, tlsNames }: Flags, folder: string) {
  if (tls) return yield* own(folder, tlsNames)
  return Option.isSome(tlsCert) && Option.isSome(tlsKey) ? yield* fromFiles(tlsCert.value, tlsKey.value) : undefined
})

/** The variables by which programs trust an authority. */
export const environment = (authorityFile: string): Readonly<Record<string, string>> => ({
  NODE_EXTRA_CA_CERTS: authorityFile,
  SSL_CERT_FILE: authorityFile,
  REQUESTS_CA_BUNDLE: authorityFile,
  CURL_CA_BUNDLE: authorityFile
})

/** How programs are made to trust it. Nothing is installed, so each is told. */
export const trust = (authorityFile: string): ReadonlyArray<Text> => [
  text`Its certificate is of an authority of its own, which programs trust once they are told:`,
  text`  Node.js               NODE_EXTRA_CA_CERTS=${authorityFile}`,
  text`  Go, Ruby, Python      SSL_CERT_FILE=${authorityFile} (they trust no other then)`,
  text`  Requests of Python    REQUESTS_CA_BUNDLE=${authorityFile}`,
  text`  curl                  CURL_CA_BUNDLE=${authorityFile}`,
  text`  Java                  keytool -importcert -noprompt -alias le-auth -file ${authorityFile} -keystore trust.p12 -storepass changeit`,
  text`                        and java -Djavax.net.ssl.trustStore=trust.p12 -Djavax.net.ssl.trustStorePassword=changeit`
]
