// Runs the tests of one package that need nothing but Node, with all changes in its modules, each behind a switch.
import fs from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

import { defineConfig } from "vitest/config"

import { conditions } from "../../vitest.config.ts"
import { projects } from "../test-projects.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const instrumented = process.env["LE_AUTH_MUTATE_SOURCES"] ?? ""
/** With one change that is switched on from the beginning, the tests run as usual. */
const isOne = process.env["__STRYKER_ACTIVE_MUTANT__"] !== undefined
const { globalSetup = [], include = [] } =
  projects.find(({ test }) => !/-(?:e2e|integration)$/.test(test.name))?.test ?? {}

export default defineConfig({
  root,
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  plugins: [
    {
      name: "changes",
      enforce: "pre",
      load(id) {
        const file = path.join(instrumented, path.relative(root, id.replace(/\?.*/, "")))
        return fs.existsSync(file) && fs.statSync(file).isFile() ? fs.readFileSync(file, "utf8") : undefined
      }
    }
  ],
  test: {
    globalSetup,
    include,
    isolate: false,
    // Not the one that the usual tests share.
    fsModuleCachePath: path.join(instrumented, "../cache"),
    maxWorkers: 1,
    maxConcurrency: 1,
    silent: true,
    onUnhandledError: () => false,
    // A test that is repeated with each change takes as long as it takes; the runner ends what hangs.
    ...(isOne ? { testTimeout: 60_000 } : { testTimeout: 0, runner: path.join(import.meta.dirname, "Mutating.ts") })
  }
})
