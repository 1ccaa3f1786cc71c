/**
 * The authority of a folder, below `.le-auth`: made with the first Sentinel that speaks TLS there, and the same for all
 * that come after.
 */
import * as Authority from "@le-auth/node/CertificateAuthority"
import * as PrivateDocument from "@le-auth/node/PrivateDocument"
import * as Arr from "effect/Array"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Crypto from "node:crypto"
import * as Path from "node:path"
import { text } from "../terminal/TerminalText.ts"
import { Failure } from "../terminal/Failure.ts"

const version = 1 as const

const Content = Schema.Struct({
  version: Schema.Literal(version),
  /** The names with a single label that it may name. */
  names: Schema.Array(Schema.String),
  certificate: Schema.String,
  key: Schema.RedactedFromValue(Schema.String, { label: "key of an authority" })
})
type Content = typeof Content.Type

/** The file of the authority itself, with its key. */
export const pathIn = (folder: string): string => Path.join(folder, "authority.json")

/** What no public DNS has. */
const reserved = ["localhost", "internal", "test", "local"]

/** Those that stand for no other host but themselves. */
const bareOf = (names: ReadonlyArray<string>): ReadonlyArray<string> =>
  names.filter((name) => !name.includes(".") && !reserved.includes(name))

const endOf = ({ certificate }: Authority.KeyPair): number =>
  new Crypto.X509Certificate(certificate).validToDate.getTime()

/** A certificate and a key that are one another's. */
const isWhole = ({ certificate, key }: Content): boolean => {
  try {
    return new Crypto.X509Certificate(certificate).checkPrivateKey(Crypto.createPrivateKey(Redacted.value(key)))
  } catch {
    return false
  }
}

const decode = Schema.decodeUnknownOption(Content)

const documentAt = (path: string) =>
  PrivateDocument.make<Content | undefined>({
    name: "certificate authority",
    path,
    version,
    empty: undefined,
    otherwise: "programs that trust it will not trust the next one until they start again",
    decode: (document) => Effect.succeed(Option.filter(decode(document), isWhole)),
    encode: (content) => JSON.stringify(content === undefined ? {} : { ...content, key: Redacted.value(content.key) })
  })

/** When an authority is about to end, so that there is time to make all programs trust another one. */
const warnedBefore = Duration.days(30)

const warnOfEnd = Effect.fnUntraced(function* (authority: Authority.KeyPair, file: string) {
  const end = endOf(authority)
  if (end - (yield* Clock.currentTimeMillis) > Duration.toMillis(warnedBefore)) return
  const day = DateTime.formatIsoDateUtc(DateTime.makeUnsafe(end))
  yield* Effect.logWarning(
    `the certificate authority ends on ${day}. Stop Sentinel, remove the file, and start it again; then start the ` +
      "programs that trust it again",
    { file }
  )
})

/** Where it is, and how it is. */
export interface AuthorityFile {
  readonly authority: Authority.KeyPair
  /** The file with its certificate, for programs that are to trust it. */
  readonly certificateFile: string
}

/** The name of the file with the certificate alone. */
export const certificateName = "ca.pem"

const unusable = (path: string) => new Failure({ text: text`The file ${path} cannot be written.`, code: "storage" })

/** Writes the certificate for all to read, as a whole. */
const publish = Effect.fnUntraced(function* (path: string, certificate: string) {
  const files = yield* FileSystem.FileSystem
  const present = yield* Effect.option(files.readFileString(path))
  if (Option.isSome(present) && present.value === certificate) return
  const temporary = `${path}.${process.pid}.tmp`
  yield* files.writeFileString(temporary, certificate).pipe(
    Effect.andThen(files.rename(temporary, path)),
    Effect.mapError(() => unusable(path))
  )
})

/**
 * The authority of `folder`, which may name this computer, all development names, and `names`. It is made if there is
 * none, if the one that is there has ended, or if it may not name them all: then the next may name those of both.
 */
export const open = Effect.fnUntraced(function* (folder: string, names: ReadonlyArray<string>) {
  const path = pathIn(folder)
  const certificateFile = Path.join(folder, certificateName)
  const document = documentAt(path)
  const now = yield* Clock.currentTimeMillis
  const suffices = (content: Content): boolean =>
    endOf(content) > now && bareOf(names).every((name) => content.names.includes(name))
  const renew = Effect.gen(function* () {
    const all = Arr.dedupe([...(present?.names ?? []), ...bareOf(names)]).toSorted()
    const made = yield* Authority.make({
      names: [...reserved, ...all],
      bareNames: all,
      networks: ["127.0.0.0/8", "::1/128"]
    })
    const content: Content = { version, names: all, ...made }
    // Perhaps another process was faster; then its authority counts.
    return yield* document.modify<Content>((current) =>
      current !== undefined && suffices(current) ? [current, undefined] : [content, content]
    )
  })

  const present = yield* document.read
  const authority = present !== undefined && suffices(present) ? present : yield* renew
  // Git passes over the folder, since a key belongs to one computer.
  const files = yield* FileSystem.FileSystem
  yield* Effect.ignore(files.writeFileString(Path.join(folder, ".gitignore"), "*\n", { flag: "wx" }))
  yield* publish(certificateFile, authority.certificate)
  yield* warnOfEnd(authority, path)
  return { authority, certificateFile } satisfies AuthorityFile
})
