import { assert, describe, it } from "@effect/vitest"
import * as FetchMetadata from "@le-auth/core/shared/FetchMetadata"

const own = "https://app.example"

describe("FetchMetadata", () => {
  it.each<[FetchMetadata.Sender, Record<string, string>]>([
    ["same", { "sec-fetch-site": "same-origin" }],
    ["same", { "sec-fetch-site": "same-origin", origin: "null" }],
    ["same", { origin: own }],
    ["foreign", { "sec-fetch-site": "same-site" }],
    ["foreign", { "sec-fetch-site": "cross-site", origin: own }],
    ["foreign", { "sec-fetch-site": "anything else" }],
    ["foreign", { origin: "https://evil.example" }],
    ["foreign", { origin: `${own}:8443` }],
    ["foreign", { "sec-fetch-site": "none", origin: "chrome-extension://abc" }],
    ["none", { "sec-fetch-site": "none" }],
    ["none", { "sec-fetch-site": "none", origin: own }],
    ["opaque", { origin: "null" }],
    ["opaque", { "sec-fetch-site": "none", origin: "null" }],
    ["unsaid", {}],
    ["unsaid", { referer: `${own}/` }]
  ])("says %s for %o", (sender, headers) => {
    assert.strictEqual(FetchMetadata.senderOf(headers, own), sender)
  })
})
