import { assert, describe, it } from "@effect/vitest"
import * as FetchSignIn from "@le-auth/core/FetchSignIn"
import * as NodeServerSignIn from "@le-auth/node/NodeServerSignIn"

describe("FetchSignIn.layerServer", () => {
  it("is of the type of NodeServerSignIn.layerServer", () => {
    const fetch: typeof NodeServerSignIn.layerServer = FetchSignIn.layerServer
    const node: typeof FetchSignIn.layerServer = NodeServerSignIn.layerServer
    assert.notStrictEqual(fetch, node)
  })
})
