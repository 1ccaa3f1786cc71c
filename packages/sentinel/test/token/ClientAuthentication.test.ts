import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { assert, describe, it } from "@effect/vitest"
import * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import { vi } from "vitest"

// Other files of the same worker may have loaded the modules without the spy.
vi.mock("effect/crypto/Mac", { spy: true })
vi.resetModules()
const Mac = await import("effect/crypto/Mac")
const { account, clientId, otherAccount, search, secret, serviceClientId, start, tokenPath } =
  await import("../Harness.ts")

const form = { "content-type": "application/x-www-form-urlencoded" }

describe("client authentication", () => {
  it.effect(
    "R57, R3: right or wrong, known or not, one look-up is made, and two hashes are compared in constant time",
    () =>
      Effect.gen(function* () {
        const lookups: Array<string> = []
        const sentinel = yield* start({
          directory: (directory) => ({
            ...directory,
            installation: (accountId, id) => {
              lookups.push(id)
              return directory.installation(accountId, id)
            }
          })
        })
        const digest = yield* Digest.Digest
        const hashOf = (text: string) => digest.digestHex(Digest.sha256, new TextEncoder().encode(text))
        const compared = vi.mocked(Mac.timingSafeEqual)
        for (const [name, accountId, client_id, client_secret] of [
          ["right", account, clientId, secret],
          ["wrong", account, clientId, "wrong"],
          ["wrong, of the same length", account, clientId, secret.replace("d", "D")],
          ["wrong, longer", account, clientId, `${secret}x`],
          ["none", account, clientId, ""],
          ["another's", account, serviceClientId, "x"],
          ["unknown client", account, "nobody", secret],
          ["disabled client", account, "66666666-6666-4666-8666-666666666666", secret],
          ["client of another account", otherAccount, clientId, secret],
          ["unknown account", "99999999", clientId, secret]
        ] as const) {
          lookups.length = 0
          compared.mockClear()
          const body = search({ grant_type: "authorization_code", code: "x", client_id, client_secret })
          const response = yield* sentinel.fetch(tokenPath(accountId), { method: "POST", body, headers: form })
          const { error } = (yield* Effect.promise(() => response.json())) as { readonly error: string }
          assert.strictEqual(error, name === "right" ? "invalid_grant" : "invalid_client", name)
          assert.deepStrictEqual(lookups, [client_id], name)
          assert.lengthOf(compared.mock.calls, 1, name)
          const [given, expected] = compared.mock.calls[0]!
          assert.strictEqual(Buffer.from(given).toString("hex"), yield* hashOf(client_secret), name)
          assert.lengthOf(expected, 32, name)
        }
      }).pipe(Effect.provide(NodeCrypto.layer))
  )
})
