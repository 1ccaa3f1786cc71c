import { assert, describe, it } from "@effect/vitest"
import * as FetchSignIn from "@le-auth/core/FetchSignIn"
import * as NodeSignIn from "@le-auth/node/NodeSignIn"

describe("FetchSignIn.layerServer", () => {
  it("is of the type of NodeSignIn.layerServer", () => {
    const fetch: typeof NodeSignIn.layerServer = FetchSignIn.layerServer
    const node: typeof FetchSignIn.layerServer = NodeSignIn.layerServer
    assert.notStrictEqual(fetch, node)
  })
})
