import { assert, describe, it } from "@effect/vitest"
import * as FormTargets from "../../src/internal/login/FormTargets.ts"

describe("FormTargets", () => {
  it.each([
    ["https://app.example/cb?x", ["https://app.example/cb?x"], ["https://app.example"]],
    [
      "https://api.app.example:8443/cb",
      ["https://api.app.example:8443/cb", "https://app.example/"],
      ["https://api.app.example:8443", "https://app.example"]
    ],
    [
      "http://127.0.0.1:50123/cb",
      ["http://127.0.0.1/cb"],
      ["http://127.0.0.1:50123", "http://127.0.0.1", "http://localhost:*", "http://127.0.0.1:*"]
    ],
    ["http://[::1]:9/cb", ["http://[::1]:9/cb"], ["http:", "http://localhost:*", "http://127.0.0.1:*"]],
    ["https://localhost.example/cb", [], ["https://localhost.example"]]
  ] as const)(
    "R87: %s leads to its own origin, those registered, and on loopback to any port",
    (uri, registered, targets) => {
      assert.deepStrictEqual(FormTargets.of(uri, registered), [...targets])
    }
  )
})
