import { assert, describe, it } from "@effect/vitest"
import * as Reference from "effect/encoding/Base64Url"
import * as Schema from "effect/Schema"
import * as Base64Url from "../../src/shared/Base64Url.ts"

const Bytes = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 })))
const WellFormed = Schema.String.check(Schema.isPattern(/^[^\ud800-\udfff]*$/))

describe("base64url", () => {
  it.prop("D12: is that of effect's encoder, whatever the length, and decodes again", [Bytes], ([list]) => {
    const bytes = Uint8Array.from(list)
    assert.strictEqual(Base64Url.encode(bytes), Reference.encode(bytes))
    assert.deepStrictEqual(Base64Url.decode(Base64Url.encode(bytes)), bytes)
  })

  it.prop("reads text of any characters", [WellFormed], ([text]) => {
    assert.strictEqual(Base64Url.decodeText(Reference.encode(text)), text)
  })

  it.prop("no text makes it throw", [Schema.String], ([text]) => {
    const isBase64Url = /^[A-Za-z0-9_-]*$/.test(text) && text.length % 4 !== 1
    assert.strictEqual(Base64Url.decode(text) !== undefined, isBase64Url)
    Base64Url.decodeText(text)
  })

  it("refuses padding, white space and bytes that are not UTF-8", () => {
    for (const text of ["YQ==", "YQ=", " YQ", "YQ\n", "Y", "+/8="]) assert.isUndefined(Base64Url.decode(text), text)
    assert.isUndefined(Base64Url.decodeText("gICA"))
  })

  it("B1: 32 random bytes are 43 characters, and none of their bits is lost", () => {
    const texts = Array.from({ length: 256 }, (_, bit) => {
      const bytes = new Uint8Array(32)
      bytes[bit >> 3] = 1 << (bit & 7)
      return Base64Url.encode(bytes)
    })
    assert.isTrue(texts.every((text) => text.length === 43))
    assert.strictEqual(new Set(texts).size, 256)
  })
})
