import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Utf8 from "../../src/shared/Utf8.ts"

describe("utf8", () => {
  it.prop("is that of TextEncoder, whatever the text", [Schema.String], ([text]) => {
    assert.deepStrictEqual(Uint8Array.from(Utf8.encode(text)), new TextEncoder().encode(text))
  })

  it("keeps what it gave: later texts do not overwrite it", () => {
    const texts = Array.from({ length: 2000 }, (_, index) => `${index}.`.repeat(1 + (index % 60)))
    const all = texts.map((text) => Utf8.encode(text))
    assert.isTrue(all.every((bytes, index) => new TextDecoder().decode(bytes) === texts[index]))
  })
})
