import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { assert, describe, it } from "@effect/vitest"
import * as AppInstallations from "@le-auth/core/AppInstallations"
import { StoreError } from "@le-auth/core/StoreError"
import * as WebhookSignature from "@le-auth/core/WebhookSignature"
import * as Mac from "effect/crypto/Mac"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Metric from "effect/Metric"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Schema from "effect/Schema"
import * as Tracer from "effect/Tracer"
import { createHmac } from "node:crypto"
import { inspect } from "node:util"
import { account, installation, otherAccount, otherInstallation } from "./ScriptedSentinel.ts"

const secret = Redacted.value(installation.clientSecret)
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = '{"kind":"notification","body":{"name":"Zoë 🔑"}}'
const body = bytes(text)

/** `printf '%s' "$body" | openssl dgst -sha1 -hmac planted-client-secret`, with -hex, and -binary into base64. */
const openssl = [
  ["sha1", "hex", "sha1=af8e3c69cb5cb613e578e5527d5cdcb2130dafb0"],
  ["sha1", "base64", "sha1=r448actcthPleOVSfVzcshMNr7A="],
  ["sha256", "hex", "sha256=db0337be761fa9c402891677918b679756be144c99834116e53f9a2e7f59f8f8"],
  ["sha256", "base64", "sha256=2wM3vnYfqcQCiRZ3kYtnl1a+FEyZg0EW5T+aLn9Z+Pg="]
] as const

const byNode = (hash: "sha1" | "sha256", encoding: "base64" | "hex", data: Uint8Array, key = secret) =>
  `${hash}=${createHmac(hash, key).update(data).digest(encoding)}`

const forms = openssl.map(([hash, encoding]) => ({ hash, encoding }))

const webCrypto = Layer.provide(Mac.layerWebCrypto, SecureRandom.layerWebCrypto)
const installations = AppInstallations.layer(installation, otherInstallation)
const layer = Layer.merge(installations, webCrypto)

const verify = (
  header: string | null | undefined,
  options: { readonly body?: Uint8Array; readonly accountId?: typeof account } = {}
) => WebhookSignature.verify({ accountId: account, body, ...options, header })
const tag = (...parameters: Parameters<typeof verify>) => Effect.map(verify(...parameters), ({ _tag }) => _tag)

describe("WebhookSignature", () => {
  for (const [name, mac] of [
    ["Web Crypto", webCrypto],
    ["Node", Layer.orDie(NodeCrypto.layer)]
  ] as const) {
    it.effect(`K2: both hashes in both encodings, as openssl and node:crypto make them, over ${name}`, () =>
      Effect.gen(function* () {
        for (const [hash, encoding, header] of openssl) {
          assert.strictEqual(byNode(hash, encoding, body), header)
          const signed = yield* WebhookSignature.sign({ secret: installation.clientSecret, body, hash, encoding })
          assert.strictEqual(signed, header)
          assert.deepStrictEqual(yield* verify(header), { _tag: "Valid" })
          const changed = Uint8Array.from(body)
          changed[7]! ^= 1
          assert.strictEqual(yield* tag(header, { body: changed }), "Invalid")
        }
        assert.strictEqual(yield* tag(byNode("sha1", "base64", new Uint8Array()), { body: new Uint8Array() }), "Valid")
      }).pipe(Effect.provide(Layer.merge(installations, mac)))
    )
  }

  it.effect("K2: the vectors of RFC 2202 and RFC 4231, and a secret that is longer than a block", () =>
    Effect.gen(function* () {
      const sign = (key: string, data: string, hash: WebhookSignature.Hash) =>
        WebhookSignature.sign({ secret: Redacted.make(key), body: bytes(data), hash, encoding: "hex" })
      const question = "what do ya want for nothing?"
      assert.strictEqual(yield* sign("Jefe", question, "sha1"), "sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")
      assert.strictEqual(
        yield* sign("Jefe", question, "sha256"),
        "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
      )
      const long = "k".repeat(200)
      assert.strictEqual(yield* sign(long, question, "sha1"), byNode("sha1", "hex", bytes(question), long))
    }).pipe(Effect.provide(layer))
  )

  it.effect("K2: hexadecimal digits and the name of the hash in any case, with blanks around the header", () =>
    Effect.gen(function* () {
      for (const [hash, encoding, header] of openssl) {
        const value = header.slice(hash.length + 1)
        for (const right of [
          ` \t${header}\t `,
          `${hash.toUpperCase()}=${value}`,
          ...(encoding === "hex" ? [header.toUpperCase(), `${hash}=${value.toUpperCase()}`] : [])
        ]) {
          assert.strictEqual(yield* tag(right), "Valid", right)
        }
      }
    }).pipe(Effect.provide(layer))
  )

  it("K2: has schemas of its words", () => {
    assert.strictEqual(WebhookSignature.headerName, "x-liveperson-signature")
    assert.deepStrictEqual(WebhookSignature.Hash.literals, ["sha1", "sha256"])
    assert.deepStrictEqual(WebhookSignature.Encoding.literals, ["base64", "hex"])
    const isVerification = Schema.is(WebhookSignature.Verification)
    const all = [{ _tag: "Valid" }, { _tag: "Invalid", problem: "p" }, { _tag: "Missing" }, { _tag: "Other" }]
    assert.deepStrictEqual(
      all.map((each) => isVerification(each)),
      [true, true, true, false]
    )
  })

  it.effect("K2: without a signature it is missing", () =>
    Effect.gen(function* () {
      for (const header of [undefined, null, "", " ", "\t"]) {
        assert.deepStrictEqual(yield* verify(header), { _tag: "Missing" })
      }
    }).pipe(Effect.provide(layer))
  )

  it.effect("K2: a signature of another form, length or hash is invalid", () =>
    Effect.gen(function* () {
      for (const [hash, encoding, header] of openssl) {
        const value = header.slice(hash.length + 1)
        const other = hash === "sha1" ? "sha256" : "sha1"
        for (const wrong of [
          value,
          `=${value}`,
          `${hash}=`,
          hash,
          `${other}=${value}`,
          `sha512=${createHmac("sha512", secret).update(body).digest(encoding)}`,
          `md5=${createHmac("md5", secret).update(body).digest(encoding)}`,
          `${hash}:${value}`,
          `${hash}==${value}`,
          `${hash}= ${value}`,
          `${hash} =${value}`,
          `x${header}`,
          `${header}, ${header}`,
          `${header},${header}`,
          `${header}\n`,
          `${header}=`,
          header.slice(0, -1),
          header.slice(0, -2),
          `${header}00`,
          `${hash}=${"0".repeat(value.length)}`,
          `${hash}=${"=".repeat(value.length)}`,
          `${hash}=${value.slice(0, -2)}zz`,
          `${hash}=${"a".repeat(1_000_000)}`
        ]) {
          assert.strictEqual(yield* tag(wrong), "Invalid", wrong.slice(0, 100))
        }
        if (encoding === "base64") {
          // Base64 has case, one alphabet and one text for each value.
          for (const wrong of [value.toUpperCase(), value.replaceAll("=", ""), value.replace(/.=$/, "B=")]) {
            assert.strictEqual(yield* tag(`${hash}=${wrong}`), "Invalid", wrong)
          }
        }
      }
      const urlSafe = byNode("sha256", "base64", body).replaceAll("+", "-").replaceAll("/", "_")
      assert.strictEqual(yield* tag(urlSafe), "Invalid")
      // Another spelling of the right bytes: the last bits of the last digit do not count.
      assert.strictEqual(yield* tag("sha1=r448actcthPleOVSfVzcshMNr7B="), "Invalid")
    }).pipe(Effect.provide(layer))
  )

  it.effect("K2: a body that was parsed and written again is another body", () =>
    Effect.gen(function* () {
      const sent = '{ "id": 12345678901234567890, "text": "Zo\\u00eb" }\n'
      const header = byNode("sha1", "base64", bytes(sent))
      assert.strictEqual(yield* tag(header, { body: bytes(sent) }), "Valid")
      const again = yield* verify(header, { body: bytes(JSON.stringify(JSON.parse(sent))) })
      assert(again._tag === "Invalid")
      assert.include(again.problem, "a body that was parsed is another one")
      assert.strictEqual(yield* tag(header, { body: bytes(sent.trim()) }), "Invalid")
      assert.strictEqual(yield* tag(header, { body: bytes(`\ufeff${sent}`) }), "Invalid")
    }).pipe(Effect.provide(layer))
  )

  it.effect("K2: bytes that are not UTF-8 count as they are, also a part of a larger buffer", () =>
    Effect.gen(function* () {
      const buffer = Buffer.from([0, 1, 255, 254, 128, 195, 40, 2])
      const part = buffer.subarray(2, 7)
      const header = byNode("sha256", "hex", part)
      assert.strictEqual(yield* tag(header, { body: part }), "Valid")
      assert.strictEqual(yield* tag(header, { body: buffer }), "Invalid")
    }).pipe(Effect.provide(layer))
  )

  it.effect("K2: the secret is that of the account, and of no other", () =>
    Effect.gen(function* () {
      const ofOther = byNode("sha1", "base64", body, Redacted.value(otherInstallation.clientSecret))
      assert.strictEqual(yield* tag(ofOther), "Invalid")
      assert.strictEqual(yield* tag(ofOther, { accountId: otherAccount }), "Valid")
      const several = yield* Effect.flip(WebhookSignature.verify({ body, header: openssl[0][2] }))
      assert.strictEqual(several._tag, "UnknownInstallation")
      const unknown = verify(openssl[0][2], { accountId: "999" as typeof account })
      assert.strictEqual((yield* Effect.flip(unknown))._tag, "UnknownInstallation")
      const only = WebhookSignature.verify({ body, header: openssl[0][2] })
      assert.strictEqual((yield* Effect.provide(only, AppInstallations.layer(installation)))._tag, "Valid")
    }).pipe(Effect.provide(layer))
  )

  it.effect("K2: installations that cannot be read are a failure, never a verdict", () =>
    Effect.gen(function* () {
      let asked = 0
      const error = new StoreError({ store: "installations", operation: "find" })
      const failing = Layer.succeed(AppInstallations.AppInstallations, {
        find: () => Effect.suspend(() => (asked++, Effect.fail(error)))
      })
      const found = yield* Effect.flip(verify(openssl[0][2]).pipe(Effect.provide(failing)))
      assert.strictEqual(found._tag, "StoreError")
      // What cannot be right costs no look-up.
      for (const header of [null, "sha1=", "sha1=a"]) yield* verify(header).pipe(Effect.provide(failing))
      assert.strictEqual(asked, 1)
    }).pipe(Effect.provide(webCrypto))
  )

  it.effect("K2: the comparison is that of Mac, which takes constant time: the right signature is never made", () =>
    Effect.gen(function* () {
      const mac = yield* Mac.Mac
      const withoutSign = Mac.Mac.of({ ...mac, sign: () => Effect.die("the right signature was made") })
      for (const [, , header] of openssl) {
        const verdict = tag(header).pipe(Effect.provideService(Mac.Mac, withoutSign))
        assert.strictEqual(yield* verdict, "Valid")
      }
    }).pipe(Effect.provide(layer))
  )

  it.effect("K2: neither secret nor right signature is in a log, result, error, span or metric", () => {
    const seen: Array<unknown> = []
    const tracer = Tracer.make({
      span: (options) => {
        const span = new Tracer.NativeSpan(options)
        seen.push(span)
        return span
      }
    })
    return Effect.gen(function* () {
      const wrongBody = bytes("another body")
      for (const [, , header] of openssl) {
        seen.push(yield* verify(header, { body: wrongBody }))
        seen.push(yield* Effect.exit(verify(header, { accountId: "999" as typeof account })))
        seen.push(yield* verify(`${header}x`), yield* verify(header), yield* verify(null))
      }
      const spans = seen.filter((each) => each instanceof Tracer.NativeSpan)
      assert.deepStrictEqual([...new Set(spans.map(({ name }) => name))], ["WebhookSignature.verify"])
      assert.strictEqual(spans.length, 20)
      seen.push((yield* Metric.snapshot).filter(({ id }) => id.startsWith("le_auth")))
      const outcomes = spans.map(
        ({ attributes }) => `${attributes.get("le_auth.account")} ${attributes.get("le_auth.outcome")}`
      )
      assert.deepStrictEqual(
        [...new Set(outcomes)].toSorted(),
        [
          `${account} Invalid`,
          `${account} success`,
          "unknown Invalid",
          "unknown Missing",
          "unknown UnknownInstallation"
        ].toSorted()
      )
      const all = inspect(seen, { depth: 20, maxArrayLength: null, maxStringLength: null, showHidden: true })
      const values = openssl.map(([hash, , header]) => header.slice(hash.length + 1))
      const ofWrongBody = forms.map(({ encoding, hash }) => byNode(hash, encoding, wrongBody).slice(hash.length + 1))
      for (const hidden of [secret, ...values, ...ofWrongBody]) assert.notInclude(all, hidden)
    }).pipe(
      Effect.provide(
        Layer.mergeAll(
          layer,
          Logger.layer([Logger.make((options) => void seen.push(options.message))]),
          Layer.succeed(Tracer.Tracer, tracer)
        )
      ),
      Effect.provideService(References.MinimumLogLevel, "All")
    )
  })

  it.effect.prop(
    "K2: what is signed is valid, and a change of body, secret or signature is not",
    [
      Schema.Uint8Array,
      Schema.String.check(Schema.isPattern(/^[\x20-\x7e]{1,80}$/)),
      Schema.Literals(["sha1", "sha256"]),
      Schema.Literals(["base64", "hex"]),
      Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 10_000 }))
    ],
    ([data, key, hash, encoding, at]) =>
      Effect.gen(function* () {
        const with_ = (clientSecret: string) =>
          AppInstallations.layer(
            new AppInstallations.AppInstallation({ ...installation, clientSecret: Redacted.make(clientSecret) })
          )
        const header = yield* WebhookSignature.sign({ secret: Redacted.make(key), body: data, hash, encoding })
        assert.strictEqual(header, byNode(hash, encoding, data, key))
        const check = (value: string, of: Uint8Array) =>
          Effect.map(WebhookSignature.verify({ body: of, header: value }), ({ _tag }) => _tag)
        const own = <A, E>(effect: Effect.Effect<A, E, AppInstallations.AppInstallations | Mac.Mac>) =>
          Effect.provide(effect, with_(key))
        assert.strictEqual(yield* own(check(header, data)), "Valid")
        const longer = new Uint8Array([...data, at % 256])
        assert.strictEqual(yield* own(check(header, longer)), "Invalid")
        if (data.length > 0) {
          const changed = Uint8Array.from(data)
          changed[at % data.length]! ^= 1 << (at % 8)
          assert.strictEqual(yield* own(check(header, changed)), "Invalid")
        }
        assert.strictEqual(yield* Effect.provide(check(header, data), with_(`${key}.`)), "Invalid")
        const place = hash.length + 1 + (at % (header.length - hash.length - 1))
        const digit = header[place] === "0" ? "1" : "0"
        const forged = header.slice(0, place) + digit + header.slice(place + 1)
        assert.strictEqual(yield* own(check(forged, data)), "Invalid")
      }).pipe(Effect.provide(webCrypto))
  )

  it.effect.prop(
    "K2: no header makes it crash",
    [Schema.String, Schema.Literals(["", "sha1=", "SHA256="])],
    ([any, begin]) =>
      Effect.gen(function* () {
        const verdict = yield* tag(begin + any)
        assert.strictEqual(verdict, /^[ \t]*$/.test(begin + any) ? "Missing" : "Invalid")
      }).pipe(Effect.provide(layer))
  )
})
