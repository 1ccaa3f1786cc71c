// The projects of vitest: for each folder with tests one for each target of Nx that has some.
import fs from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

import { folders, testFiles, testTargets } from "./needs.ts"

const root = fileURLToPath(new URL("..", import.meta.url))

/**
 * With the whole folder in it, since a package and an app may have the same last name.
 * @param target `test`, `e2e` or `integration`
 */
export const projectName = (folder: string, target: string) =>
  folder.replaceAll("/", "-") + (target === "test" ? "" : `-${target}`)

/** Those of a folder, with what is done once for all of their files: its `test/setup.ts` makes what they start. */
function projectsOf(folder: string) {
  const files = testFiles(folder).filter((each) => !each.isLeftOut)
  const setup = `${folder}/test/setup.ts`
  const own = fs.existsSync(path.join(root, setup)) ? [setup] : []
  return testTargets
    .map((target) => ({
      extends: true as const,
      test: {
        name: projectName(folder, target),
        include: files.filter((each) => each.target === target).map(({ file }) => file),
        globalSetup: [...(target === "integration" ? ["tools/services.ts"] : []), ...(target === "test" ? [] : own)]
      }
    }))
    .filter(({ test }) => test.include.length > 0)
}

/** All of them, or those of the folder that a target of Nx is for: then nothing else is read. */
export const projects = (process.env["LE_AUTH_TEST_FOLDER"]?.split(",") ?? folders()).flatMap(projectsOf)
