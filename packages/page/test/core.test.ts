/** What this package has of its own, in place of core's, is the same. */
import { assert, describe, it } from "@effect/vitest"
import { AccountId } from "@le-auth/core/Identifiers"
import * as SessionView from "@le-auth/core/SessionView"
import * as Schema from "effect/Schema"
import { requestHeader } from "../src/internal/backend.ts"
import { isAccountId } from "../src/internal/sessionView.ts"

describe("what core also has", () => {
  it("the header of a request is the same", () => assert.strictEqual(requestHeader, SessionView.requestHeader))

  it.prop("an account id is the same", [Schema.String], ([text]) => {
    assert.strictEqual(isAccountId(text), Schema.is(AccountId)(text))
  })

  it.prop("each account id is one", [AccountId], ([accountId]) => assert.isTrue(isAccountId(accountId)))

  it("an account id that is too long, or has other characters, is none", () => {
    for (const text of ["", "1".repeat(32), "1".repeat(33), "12 34", "12345678\n", "é", "../x"]) {
      assert.strictEqual(isAccountId(text), Schema.is(AccountId)(text), text)
    }
  })
})
