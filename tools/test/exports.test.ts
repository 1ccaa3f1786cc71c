import path from "node:path"

import { describe, expect, it } from "vitest"

import { admitted, listed, packages, unlisted } from "../PublicSurface.ts"

const root = path.join(import.meta.dirname, "../..")

describe("what packages let out", () => {
  it.each(packages(root).map((each) => [each.name, each] as const))("%s: what its index.ts lists", (_, each) => {
    const deliberate = unlisted[each.folder]
    const open = admitted(each)
    expect(open.filter((module) => !deliberate?.test(module))).toEqual(listed(each))
    expect(open.length).toBeGreaterThan(0)
  })

  it("beside that only what is named", () => {
    const beside = packages(root).map((each) => {
      const known = listed(each)
      const folders = admitted(each)
        .filter((module) => !known.includes(module))
        .map((module) => module.replace(/\/.*$/, "/*"))
      return [each.folder, [...new Set(folders)]]
    })
    expect(Object.fromEntries(beside.filter(([, modules]) => modules?.length !== 0))).toEqual({
      browser: ["plain"],
      core: ["shared/*"],
      emulator: ["cypress", "jest", "node-test", "playwright", "vitest"],
      page: ["shared"],
      server: ["check"],
      testing: [
        "AppTokenStoreSuite",
        "ContractSuite",
        "RefreshLockSuite",
        "SentinelStoreSuite",
        "SessionStoreSuite",
        "StoreInspectionSuite",
        "TransactionStoreSuite"
      ]
    })
  })
})
