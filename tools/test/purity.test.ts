// What the published sources may not reach, whatever they import.
import { globSync, readFileSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

import { assert, describe, it } from "vitest"

const root = fileURLToPath(new URL("../..", import.meta.url))
const sources = globSync(["packages/*/src/**/*.ts", "apps/*/src/**/*.ts"], { cwd: root })
  .filter((file) => !file.startsWith("packages/testing/"))
  .map((file) => ({ file, text: readFileSync(path.join(root, file), "utf8") }))

const having = (pattern: RegExp) => sources.filter(({ text }) => pattern.test(text)).map(({ file }) => file)

describe("published sources", () => {
  it("J3: reach no test service", () => {
    assert.isAbove(sources.length, 100)
    const checking = ["packages/server/src/internal/checking.ts", "packages/server/src/internal/storeCases.ts"]
    // It is for programs that have vitest, and finds theirs.
    const ofVitest = "packages/emulator/src/vitest.ts"
    const reaching = having(/from "(effect\/testing|@effect\/vitest|vitest|@le-auth\/testing)/)
    assert.deepStrictEqual(
      reaching.toSorted(),
      [ofVitest, ...checking],
      "checkStores runs the contracts, and nothing else does"
    )
    const importing = having(/from "\.\/(?:internal\/)?(?:checking|storeCases)\.ts"/)
    assert.deepStrictEqual(importing.toSorted(), ["packages/server/src/check.ts", checking[0]])
  })

  it("J3: take time and randomness from services", () => {
    assert.deepStrictEqual(having(/\bDate\.now\(|\bnew Date\(\)|Math\.random\(/), [])
  })

  it("D1: have no switch that turns certificate checks off", () => {
    assert.deepStrictEqual(having(/rejectUnauthorized|NODE_TLS_REJECT_UNAUTHORIZED/), [])
  })

  it("H2: have one list of what is hidden, and no other module adds names to effect's", () => {
    const list = "packages/core/src/Redaction.ts"
    const text = sources.find(({ file }) => file === list)?.text ?? ""
    const names = [...(text.match(/secretParameters[^=]*= \[([^\]]*)\]/)?.[1] ?? "").matchAll(/"(\w+)"/g)].map(
      ([, name]) => name
    )
    assert.includeMembers(names, ["code", "client_secret", "refresh_token"])
    assert.deepStrictEqual(having(/CurrentRedactedNames/), [list])
    // What a callback may have in it is another list: not all of that is secret.
    const second = sources.filter(({ text }) =>
      [...text.matchAll(/\[[^[\]]*\]/g)]
        .map(([array]) => [...array.matchAll(/"([\w-]+)"/g)].map(([, name]) => name))
        .some((array) => array.length > 1 && array.every((name) => names.includes(name)))
    )
    assert.deepStrictEqual(
      second.map(({ file }) => file),
      // Response types are named after what they bring.
      ["packages/core/src/InstallationDocument.ts", list]
    )
  })

  it("J4: have one place that escapes HTML", () => {
    assert.deepStrictEqual(having(/"&(lt|amp|quot);"/), ["packages/core/src/shared/Html.ts"])
  })
})
