import fs from "node:fs"
import path from "node:path"

import { describe, expect, it } from "vitest"

import { check } from "../boundaries.ts"
import { checkRooms, floors, roomsOf } from "../boundaries/Rooms.ts"
import { folderOf } from "./folderOf.ts"

const root = path.join(import.meta.dirname, "../..")

/** A package or app of these sources, whose rooms all have a README, and what is wrong with it. */
function problemsOf(dir: string, sources: Record<string, string>): Array<string> {
  const folder = folderOf(
    Object.fromEntries(Object.entries(sources).map(([name, text]) => [`${dir}/src/${name}`, text]))
  )
  const project = path.join(folder, dir)
  for (const room of roomsOf(project)) fs.writeFileSync(path.join(project, room, "README.md"), "# A room\n\nIt.\n")
  return checkRooms({ dir: project }).map((problem) => problem.replaceAll(`${project}/src/`, ""))
}

describe("rooms", () => {
  it("may import lower floors, the root, and themselves", () => {
    const problems = problemsOf("packages/sentinel", {
      "Port.ts": `import "./internal/store/memory.ts"`,
      "internal/store/memory.ts": `import type { Port } from "../../Port.ts"`,
      "internal/login/Login.ts": `import "../http/Route.ts"\nimport "./Page.ts"\nimport "effect/Effect"`,
      "internal/login/Page.ts": ``,
      "internal/http/Route.ts": `import "../../Paths.ts"`,
      "Paths.ts": ``
    })
    expect(problems).toEqual([])
  })

  it.each([
    [`import "../login/B.ts"`, "../login/B.ts: http is on floor 0 and may not import login on floor 5"],
    [`import type { B } from "../login/B.ts"`, "../login/B.ts: http is on floor 0 and may not import login on floor 5"],
    [`export { B } from "../login/B.ts"`, "../login/B.ts: http is on floor 0 and may not import login on floor 5"],
    [`type B = import("../login/B.ts").B`, "../login/B.ts: http is on floor 0 and may not import login on floor 5"],
    [`const b = import("../session/B.ts")`, "../session/B.ts: http is on floor 0 and may not import session on floor 0"]
  ])("may not import upwards: %s", (text, problem) => {
    const files = { "internal/login/B.ts": "", "internal/session/B.ts": "", "internal/http/A.ts": text }
    expect(problemsOf("packages/sentinel", files)).toEqual([`internal/http/A.ts: ${problem}`])
  })

  it("need a floor", () => {
    const problems = problemsOf("packages/sentinel", { "internal/attic/A.ts": "", "internal/B.ts": "" })
    expect(problems).toEqual([
      "internal/B.ts: it has no floor, see tools/boundaries/Rooms.ts",
      "internal/attic/A.ts: attic has no floor, see tools/boundaries/Rooms.ts"
    ])
  })

  it("are those of the table", () => {
    const found = roomsOf(path.join(root, "packages/sentinel")).map((room) => path.basename(room))
    expect(found).toEqual(Object.keys(floors["sentinel"] ?? {}).toSorted())
  })

  it("are in no circle of folders, of types neither", () => {
    const problems = problemsOf("apps/server", {
      "a/A.ts": `import type { B } from "../b/B.ts"`,
      "b/B.ts": "",
      "b/C.ts": `import "../a/D.ts"`,
      "a/D.ts": ""
    })
    expect(problems).toEqual(["a: a circle of folders: a/A.ts imports b/B.ts, b/C.ts imports a/D.ts"])
  })

  it("are in no circle of files that are loaded, in one folder neither", () => {
    const problems = problemsOf("packages/web", {
      "A.ts": `import "./B.ts"`,
      "B.ts": `export * from "./A.ts"`,
      "internal/c.ts": `import { type D } from "./d.ts"`,
      "internal/d.ts": `import "./c.ts"`
    })
    expect(problems).toEqual([
      "A.ts: it and B.ts load one another in a circle",
      "internal/c.ts: it and internal/d.ts load one another in a circle"
    ])
  })

  it("are in no circle of types across rooms, through the root neither", () => {
    const problems = problemsOf("packages/web", {
      "A.ts": `import "./internal/a/B.ts"`,
      "internal/a/B.ts": `import "../b/C.ts"`,
      "internal/b/C.ts": `import type { A } from "../../A.ts"`
    })
    expect(problems).toEqual([
      "A.ts: it and internal/a/B.ts, internal/b/C.ts import one another in a circle across rooms"
    ])
  })

  it("may be in a circle by type, or of what is loaded later, in one folder and with the root", () => {
    const problems = problemsOf("packages/web", {
      "Port.ts": `import "./internal/memory.ts"`,
      "internal/memory.ts": `import type { Port } from "../Port.ts"\nimport "./a.ts"`,
      "internal/a.ts": `import type { B } from "./b.ts"`,
      "internal/b.ts": `import "./a.ts"\nconst port = () => import("../Port.ts")`
    })
    expect(problems).toEqual([])
  })

  it("begin with a README of a few lines", () => {
    const folder = folderOf({
      "packages/core/src/shared/A.ts": "",
      "packages/core/src/internal/a.ts": "",
      "packages/web/src/internal/room/A.ts": "",
      "packages/web/src/internal/room/README.md": "1\n2\n3\n4\n5\n",
      "apps/cli/src/target/A.ts": "",
      "apps/cli/src/terminal/A.ts": "",
      "apps/cli/src/terminal/README.md": "1\n2\n3\n4\n"
    })
    const problems = ["packages/core", "packages/web", "apps/cli"].flatMap((dir) =>
      checkRooms({ dir: path.join(folder, dir) })
    )
    expect(problems.map((problem) => problem.replaceAll(`${folder}/`, ""))).toEqual([
      "packages/core/src/shared/README.md: a room has one, which says what it does and what it may know",
      "packages/web/src/internal/room/README.md: it has 5 lines, 4 are enough",
      "apps/cli/src/target/README.md: a room has one, which says what it does and what it may know"
    ])
  })
})

const exports = {
  ".": { "@le-auth/source": "./src/index.ts" },
  "./*": { "@le-auth/source": "./src/*.ts" },
  "./internal/*": null,
  "./index": null
}

/** A workspace of a core and something that imports it, and what is wrong with that. */
function importsOf(file: string, text: string): Array<string> {
  const [folder = "", name = ""] = file.split("/")
  const tags = folder === "apps" ? ["layer:app", "platform:node"] : ["layer:adapter", "platform:any"]
  const workspace = folderOf({
    "package.json": {},
    "packages/core/package.json": { name: "@t/core", exports, nx: { tags: ["layer:core", "platform:any"] } },
    "packages/core/tsconfig.src.json": {},
    "packages/core/tsconfig.test.json": { references: [{ path: "tsconfig.src.json" }] },
    "packages/core/src/index.ts": `export * as A from "./A.ts"`,
    "packages/core/src/A.ts": "",
    "packages/core/src/Forgotten.ts": "",
    "packages/core/src/shared/Utf8.ts": "",
    "packages/core/src/shared/README.md": "",
    "packages/core/src/internal/b.ts": "",
    ...(["packages", "apps"].includes(folder) && {
      [`${folder}/${name}/package.json`]: { name: `@t/${name}`, dependencies: { "@t/core": "0.0.0" }, nx: { tags } },
      [`${folder}/${name}/tsconfig.src.json`]: { references: [{ path: "../../packages/core/tsconfig.src.json" }] },
      [`${folder}/${name}/tsconfig.test.json`]: {
        references: [{ path: "tsconfig.src.json" }, { path: "../../packages/core/tsconfig.src.json" }]
      }
    }),
    [file]: text
  })
  return check(workspace)
}

describe("what packages import of one another", () => {
  it.each([
    ["packages/web/src/A.ts", `import "@t/core"\nimport type { A } from "@t/core/A"`],
    ["packages/web/src/A.ts", `import "@t/core/shared/Utf8"`],
    ["packages/web/test/A.test.ts", `import "@t/core/shared/Utf8"\nimport "../src/internal/b.ts"`],
    ["apps/server/src/main.ts", `import "@t/core/A"`],
    ["docs/a.md", `Its folder \`@t/core/shared/\` is for packages alone.`]
  ])("may be, in %s: %s", (file, text) => {
    expect(importsOf(file, text)).toEqual([])
  })

  it.each([
    ["packages/web/src/A.ts", "@t/core/internal/b", "@t/core does not let it out"],
    ["packages/web/src/A.ts", "@t/core/Forgotten", "it is not public: @t/core does not list it in index.ts"],
    ["packages/web/test/A.test.ts", "@t/core/internal/b", "@t/core does not let it out"],
    ["apps/server/src/main.ts", "@t/core/Forgotten", "it is not public: @t/core does not list it in index.ts"],
    ["apps/server/src/main.ts", "@t/core/shared/Utf8", "only packages may import what they share"],
    ["apps/server/test/main.test.ts", "@t/core/shared/Utf8", "only packages may import what they share"],
    ["README.md", "@t/core/shared/Utf8", "only packages may import what they share"],
    ["docs/deep/a.md", "@t/core/shared/Utf8", "only packages may import what they share"],
    ["packages/web/README.md", "@t/core/shared/Utf8", "only packages may import what they share"],
    ["examples/next/app/page.tsx", "@t/core/shared/Utf8", "only packages may import what they share"]
  ])("may not be, in %s: %s", (file, specifier, reason) => {
    expect(importsOf(file, `import "${specifier}"`)).toEqual([`${file}: ${specifier}: ${reason}`])
  })
})
