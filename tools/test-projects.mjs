// The projects of vitest: for each folder with tests one of those that need nothing but Node, and one of the rest.
import fs from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

import { folders, testFiles } from "./needs.mjs"

const root = fileURLToPath(new URL("..", import.meta.url))

/** @param {string} folder @param {string} target `test` or `integration` */
export const projectName = (folder, target) => path.basename(folder) + (target === "test" ? "" : `-${target}`)

/** Those of a folder, with what is done once for all of their files, such as by its `test/setup.ts`. @param {string} folder */
function projectsOf(folder) {
  const files = testFiles(folder).filter((each) => !each.isLeftOut)
  const setup = ["test/setup.ts", "test/setup.mjs"].map((name) => `${folder}/${name}`)
  const own = setup.filter((file) => fs.existsSync(path.join(root, file)))
  const named = (/** @type {string} */ target, /** @type {typeof files} */ chosen) => ({
    extends: /** @type {const} */ (true),
    test: {
      name: projectName(folder, target),
      include: chosen.map(({ file }) => file),
      globalSetup: target === "integration" ? ["tools/services.mjs", ...own] : own
    }
  })
  return [
    named(
      "test",
      files.filter(({ needs }) => needs.length === 0)
    ),
    named(
      "integration",
      files.filter(({ needs }) => needs.length > 0)
    )
  ].filter(({ test }) => test.include.length > 0)
}

/** All of them, or those of the folder that a target of Nx is for: then nothing else is read. */
export const projects = (process.env["LE_AUTH_TEST_FOLDER"]?.split(",") ?? folders()).flatMap(projectsOf)
