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

  it("B1: each random character comes from 6 bits of one byte, all equally often", () => {
    const text = base64Url.randomText(Uint8Array.from({ length: 256 }, (_, byte) => byte))
    const counts = new Map<string, number>()
    for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
    assert.strictEqual(counts.size, 64)
    assert.isTrue([...counts.values()].every((count) => count === 4))
  })
})
