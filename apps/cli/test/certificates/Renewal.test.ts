/** What becomes of an authority and its certificate as time goes by. */
import { assert, layer } from "@effect/vitest"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Authority from "@le-auth/node/CertificateAuthority"
import * as NodeCrypto from "@le-auth/node/NodeCrypto"
import type { TlsKeyPair } from "@le-auth/node/TlsKeyPair"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as TestClock from "effect/testing/TestClock"
import { X509Certificate } from "node:crypto"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import * as AuthorityFile from "../../src/certificates/AuthorityFile.ts"
import * as Tls from "../../src/commands/sentinel/start/Tls.ts"

const lines: Array<string> = []
const quiet = Logger.layer([Logger.map(Logger.formatJson, (line) => void lines.push(line))])

const temporary = Effect.acquireRelease(
  Effect.sync(() => Fs.mkdtempSync(Path.join(Os.tmpdir(), "le-auth-authority-"))),
  (folder) => Effect.sync(() => Fs.rmSync(folder, { recursive: true }))
)

const flags: Tls.Flags = { tls: true, tlsNames: ["sentinel"], tlsCert: Option.none(), tlsKey: Option.none() }
const start = Date.UTC(2030, 0, 1)

const waitDays = (days: number) => TestClock.adjust(Duration.days(days))

/** Second by second, since the watch looks at files in between. */
const until = Effect.fnUntraced(function* (isDone: () => boolean) {
  while (!isDone()) {
    yield* TestClock.adjust("1 second")
    yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 5)))
  }
})

/** Whether a certificate is of an authority. */
const isOf = ({ certificate }: TlsKeyPair, authority: string) =>
  new X509Certificate(certificate).verify(new X509Certificate(authority).publicKey)

layer(Layer.mergeAll(NodeServices.layer, NodeCrypto.layerServer, quiet))("as time goes by", (it) => {
  it.effect("a certificate is renewed before it ends, and the authority stays", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(start)
      const folder = yield* temporary
      const tls = yield* Tls.make(flags, folder)
      assert.deepStrictEqual([...tls!.keyPair.hosts].toSorted(), [
        "0:0:0:0:0:0:0:1",
        "127.0.0.1",
        "localhost",
        "sentinel"
      ])
      const trusted = Fs.readFileSync(tls!.authorityFile!, "utf8")
      const renewed: Array<TlsKeyPair> = []
      yield* Effect.forkScoped(tls!.watch((pair) => Effect.sync(() => void renewed.push(pair))))
      yield* waitDays(59)
      assert.strictEqual(renewed.length, 0)
      yield* waitDays(2)
      yield* until(() => renewed.length === 1)
      assert.isAbove(renewed[0]!.expiresAt, tls!.keyPair.expiresAt + Duration.toMillis(Duration.days(59)))
      assert.strictEqual(Fs.readFileSync(tls!.authorityFile!, "utf8"), trusted)
    })
  )

  it.effect("an authority says that it is about to end, and one that has ended is replaced", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(start)
      const folder = yield* temporary
      const first = yield* AuthorityFile.open(folder, [])
      yield* TestClock.adjust(Duration.subtract(Authority.authorityLifetime, Duration.days(10)))
      lines.length = 0
      const late = yield* AuthorityFile.open(folder, [])
      assert.strictEqual(late.authority.certificate, first.authority.certificate)
      assert.match(lines.join(), /the certificate authority ends on 2034-12-31/)
      yield* waitDays(11)
      const next = yield* AuthorityFile.open(folder, [])
      assert.notStrictEqual(next.authority.certificate, first.authority.certificate)
    })
  )

  it.effect("a Sentinel takes over the authority that another one makes in its folder", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(start)
      const folder = yield* temporary
      const tls = yield* Tls.make(flags, folder)
      const renewed: Array<TlsKeyPair> = []
      yield* Effect.forkScoped(tls!.watch((pair) => Effect.sync(() => void renewed.push(pair))))
      const { authority } = yield* AuthorityFile.open(folder, ["other"])
      yield* until(() => renewed.length > 0)
      assert.include(renewed[0]!.hosts, "sentinel")
      assert.isTrue(isOf(renewed[0]!, authority.certificate))
      assert.isTrue(isOf(renewed[0]!, Fs.readFileSync(tls!.authorityFile!, "utf8")))
    })
  )

  it.effect("a file that cannot be read is kept aside, and said", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(start)
      const folder = yield* temporary
      const first = yield* AuthorityFile.open(folder, [])
      Fs.writeFileSync(Path.join(folder, "authority.json"), "{}")
      lines.length = 0
      const next = yield* AuthorityFile.open(folder, [])
      assert.notStrictEqual(next.authority.certificate, first.authority.certificate)
      assert.match(lines.join(), /authority\.json was not readable\. It is kept as/)
      assert.notInclude(lines.join(), "PRIVATE")
    })
  )
})
