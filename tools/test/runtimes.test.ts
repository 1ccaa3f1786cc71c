// The matrix of runtimes, as far as no engine is needed. `npm run runtimes` has the engines.
import fs from "node:fs"
import os from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"

import { assert, describe, it } from "vitest"

import { engines, minorIn, versionOf } from "../runtimes/engines.ts"
import { scenario } from "../runtimes/scenario.ts"
import * as table from "../runtimes/table.ts"
import { workerdConfig } from "../runtimes/workerdConfig.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const readme = fs.readFileSync(path.join(root, "README.md"), "utf8")
const list = JSON.parse(fs.readFileSync(path.join(root, "tools/runtimes/engines/package.json"), "utf8"))

const passes = () => Promise.resolve()

const row = (changes?: Partial<table.Row>): table.Row => ({
  name: "Deno",
  version: () => "2.9",
  cells: { "`FetchSignIn`": passes, "`NodeServerSignIn`": passes },
  ...changes
})

const run = (...rows: ReadonlyArray<table.Row>) => table.run(rows, () => {})

describe("the engines", () => {
  it("J6: are in the table, each with the version that is wanted", () => {
    const wanted = Object.entries(list.dependencies as Record<string, string>)
    assert.strictEqual(wanted.length, engines.length)
    for (const [name, range] of wanted) {
      // Patches alone come by themselves, so the table stays right.
      assert.match(range, /^(?:npm:node@)?~\d+\.\d+\.\d+$/, name)
    }
    for (const { name } of engines) assert.include(readme, `| ${name} |`)
    const { engines: supported } = JSON.parse(fs.readFileSync(path.join(root, "packages/node/package.json"), "utf8"))
    assert.strictEqual(list.dependencies["node-22"], `npm:node@~${supported.node.replace(">=", "")}`)
  })

  it("J6: are missed by name", () => {
    const empty = fs.mkdtempSync(path.join(os.tmpdir(), "engines-"))
    for (const engine of engines) {
      assert.throws(() => versionOf(engine, empty), `${engine.name} is not installed`)
    }
    fs.rmdirSync(empty)
  })

  it("say their version in words of their own", () => {
    assert.strictEqual(minorIn("v22.19.0\n"), "22.19")
    assert.strictEqual(minorIn("1.4.5\n"), "1.4")
    assert.strictEqual(minorIn("deno 2.9.6 (stable, release, x86_64-unknown-linux-gnu)\nv8 15.0.245.2-rusty\n"), "2.9")
    assert.strictEqual(minorIn("workerd 2026-11-17\n"), "2026-11-17")
    assert.isUndefined(minorIn("command not found"))
  })
})

describe("a run of the matrix", () => {
  it("J6: names the cell that failed, and the engine that is missing, and tries the others", async () => {
    const missing = () => {
      throw new Error("Bun is not installed.")
    }
    const { failures, found } = await run(
      row({ name: "Bun", version: missing }),
      row({ cells: { "`FetchSignIn`": passes, "`NodeServerSignIn`": () => Promise.reject(new Error("no digest")) } }),
      row({ name: "Node 24" })
    )
    assert.deepStrictEqual(failures, ["Bun: Bun is not installed.", "Deno, `NodeServerSignIn`: no digest"])
    assert.deepStrictEqual(
      found.map(({ passed }) => passed.length),
      [0, 1, 2]
    )
  })

  it("J6: agrees with the table that it wrote, and with no other", async () => {
    const { found } = await run(row(), row({ name: "Bun" }))
    const written = table.write(readme, found)
    assert.include(written, "| Deno | 2.9 |  | yes | yes |  |  |")
    assert.deepStrictEqual(table.compare(written, found), [])
    assert.strictEqual(table.write(written, found), written)

    const others = {
      version: await run(row({ version: () => "2.10" }), row({ name: "Bun" })),
      "one row less": await run(row()),
      "one row more": await run(row(), row({ name: "Bun" }), row({ name: "workerd" })),
      "one cell less": await run(row({ cells: { "`FetchSignIn`": passes } }), row({ name: "Bun" }))
    }
    for (const [what, { found }] of Object.entries(others)) assert.isNotEmpty(table.compare(written, found), what)
  })

  it("throws where there is no place for the table", () => {
    assert.throws(() => table.write("# Nothing\n", []), "no place")
  })
})

describe("the scenario", () => {
  /** @param answer undefined: no user is signed in */
  const walk = (answer: (path: string) => Response | undefined) =>
    scenario({
      application: "http://app.example",
      sentinel: "http://sentinel.example",
      send: async (request) => answer(new URL(request.url).pathname) ?? Response.json({ signedIn: false })
    })
  const problem = (walked: Promise<unknown>) =>
    walked.then(
      () => "none",
      (error) => error.message
    )

  it("J6: says in which step an application is not as it should be", async () => {
    assert.match(await problem(walk(() => new Response("away", { status: 500 }))), /^no user is signed in: away/)
    assert.match(await problem(walk(() => undefined)), /^sign-in: /)
    const around = () => new Response(null, { status: 303, headers: { location: "/login" } })
    assert.match(await problem(walk((path) => (path === "/login" ? around() : undefined))), /redirects without end/)
  })
})

describe("workerd", () => {
  it("gets settings as they are, whatever is in them", () => {
    assert.include(workerdConfig(80, { A: 'b"c\\d' }), String.raw`(name = "A", text = "b\"c\\d")`)
  })
})
