import { assert, describe, it } from "@effect/vitest"
import * as Base64Url from "effect/encoding/Base64Url"
import * as Schema from "effect/Schema"
import * as base64Url from "../src/internal/base64Url.ts"

const Bytes = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 })))
const WellFormed = Schema.String.check(Schema.isPattern(/^[^\ud800-\udfff]*$/))

describe("base64url", () => {
  it.prop("D12: is that of effect's encoder, whatever the length, and decodes again", [Bytes], ([list]) => {
    const bytes = Uint8Array.from(list)
    assert.strictEqual(base64Url.encode(bytes), Base64Url.encode(bytes))
    assert.deepStrictEqual(base64Url.decode(base64Url.encode(bytes)), bytes)
  })

  it.prop("reads text of any characters", [WellFormed], ([text]) => {
    assert.strictEqual(base64Url.decodeText(Base64Url.encode(text)), text)
  })

  it.prop("no text makes it throw", [Schema.String], ([text]) => {
    const isBase64Url = /^[A-Za-z0-9_-]*$/.test(text) && text.length % 4 !== 1
    assert.strictEqual(base64Url.decode(text) !== undefined, isBase64Url)
    base64Url.decodeText(text)
  })

  it("refuses padding, white space and bytes that are no UTF-8", () => {
    for (const text of ["YQ==", "YQ=", " YQ", "YQ\n", "Y", "+/8="]) assert.isUndefined(base64Url.decode(text), text)
    assert.isUndefined(base64Url.decodeText("gICA"))
  })

  it("B1: 32 random bytes are 43 characters, and none of their bits is lost", () => {
    const texts = Array.from({ length: 256 }, (_, bit) => {
      const bytes = new Uint8Array(32)
      bytes[bit >> 3] = 1 << (bit & 7)
      return base64Url.encode(bytes)
    })
    assert.isTrue(texts.every((text) => text.length === 43))
    assert.strictEqual(new Set(texts).size, 256)
  })
})
