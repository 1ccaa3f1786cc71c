/** The table of docs/sentinel.md that says of each ability of a `TestSentinel` which route has it. */
import { assert, it } from "@effect/vitest"
import { TestSentinel } from "@le-auth/testing/TestSentinel"
import * as Testing from "@le-auth/testing/TestSentinel"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"

const page = readFileSync(new URL("../../../docs/sentinel.md", import.meta.url), "utf8")
const contract = readFileSync(new URL("../../../docs/openapi/control.json", import.meta.url), "utf8")

const rows = page
  .split("\n| `TestSentinel` | route |\n")[1]!
  .split("\n\n")[0]!
  .split("\n")
  .slice(1)
  .map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim())
  )

it.effect("R103: each ability of a TestSentinel is a route, or has a reason why not", () =>
  Effect.gen(function* () {
    const abilities = rows.flatMap(([names]) => [...names!.matchAll(/`(\w+)`/g)].map(([, name]) => name!))
    assert.deepStrictEqual(abilities.toSorted(), Object.keys(yield* TestSentinel).toSorted())
    const { paths } = JSON.parse(contract) as { readonly paths: Record<string, Record<string, unknown>> }
    for (const [, route] of rows) {
      const [, method, path] = /^`([A-Z]+) ([^`]+)`/.exec(route!) ?? []
      if (method === undefined || path === undefined) assert.match(route!, /^none: .|^all of them$/)
      else assert.isDefined(paths[path.replaceAll(/:(\w+)/g, "{$1}")]?.[method.toLowerCase()], route!)
    }
  }).pipe(Effect.provide(Testing.layer))
)
