import { assert, describe, it } from "@effect/vitest"
import { TokenResponse } from "@le-auth/core/Token"
import * as Arbitrary from "effect/Arbitrary"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

const decode = Schema.decodeUnknownSync(TokenResponse)
const encode = Schema.encodeSync(TokenResponse)
const visible = Arbitrary.schema(Schema.String.check(Schema.isPattern(/^[\x20-\x7e]{1,60}$/)))

describe("Token", () => {
  it.prop(
    "R60: access and refresh tokens are opaque: whatever they are, they stay as they came",
    { access: visible, refresh: visible },
    ({ access, refresh }) => {
      const wire = { access_token: access, token_type: "Bearer", refresh_token: refresh }
      const tokens = decode(wire)
      assert.strictEqual(Redacted.value(tokens.access_token), access)
      assert.strictEqual(Redacted.value(tokens.refresh_token!), refresh)
      assert.deepStrictEqual(encode(tokens), wire)
    }
  )

  it.each(["a.b.c", "eyJhbGciOiJub25lIn0.e30.", "%7B%7D", "{}", "x".repeat(20_000)])(
    "R60: a token that looks like something else is none: %#",
    (text) => {
      const tokens = decode({ access_token: text, token_type: "Bearer", refresh_token: text })
      assert.strictEqual(Redacted.value(tokens.access_token), text)
      assert.strictEqual(Redacted.value(tokens.refresh_token!), text)
    }
  )
})
