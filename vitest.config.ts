import { availableParallelism } from "node:os"

import { defineConfig } from "vitest/config"

import { projects } from "./tools/test-projects.ts"

// With the source condition, tests read each package's src: no build is needed first.
export const conditions = ["@le-auth/source"]
// Long enough for a machine that does other things as well: a limit ends what hangs, and measures nothing.
const patience = 120_000

// One for each core: much of the work is done by the processes that tests start, and waits.
const maxWorkers = availableParallelism()

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    projects,
    maxWorkers,
    // The files of a worker share the modules that they load, which takes longer than most tests.
    isolate: false,
    testTimeout: patience,
    hookTimeout: patience,
    coverage: { reporter: ["text-summary", "html"], reportsDirectory: "build/coverage" }
  }
})
