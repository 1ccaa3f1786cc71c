import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { assert, describe, layer } from "@effect/vitest"
import * as PagePolicy from "@le-auth/core/shared/PagePolicy"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"

const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`

describe("PagePolicy", () => {
  layer(NodeCrypto.layer)((it) => {
    it.effect("lets nothing through but the styles of the page", () =>
      Effect.gen(function* () {
        const headersOf = yield* PagePolicy.make({ styles: ["p{}", "h1{}"] })
        assert.deepStrictEqual(headersOf(), {
          "cache-control": "no-store",
          "content-security-policy":
            `default-src 'none'; style-src ${hash("p{}")} ${hash("h1{}")}; base-uri 'none'; form-action 'none'; ` +
            "frame-ancestors 'none'",
          "cross-origin-opener-policy": "same-origin",
          "referrer-policy": "no-referrer",
          "x-content-type-options": "nosniff",
          "x-frame-options": "DENY"
        })
      })
    )

    it.effect("lets through what a page asks for", () =>
      Effect.gen(function* () {
        const headersOf = yield* PagePolicy.make({ styles: [], scripts: ["close()"], connectSources: ["'self'"] })
        const headers = headersOf({
          formTargets: ["'self'", "https://app.example"],
          frameAncestors: ["https://agents.example"],
          openerPolicy: "unsafe-none"
        })
        assert.strictEqual(
          headers["content-security-policy"],
          `default-src 'none'; script-src ${hash("close()")}; connect-src 'self'; base-uri 'none'; ` +
            "form-action 'self' https://app.example; frame-ancestors https://agents.example"
        )
        assert.notProperty(headers, "x-frame-options")
        assert.strictEqual(headers["cross-origin-opener-policy"], "unsafe-none")
      })
    )
  })
})
