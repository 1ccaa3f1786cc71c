import { defineConfig } from "vitest/config"

// With the source condition, tests read each package's src: no build is needed first.
const conditions = ["@le-auth/source"]

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    // By default one core has no worker, which on two cores is every second test.
    maxWorkers: "100%",
    globalSetup: "tools/services.mjs",
    include: ["{packages,apps}/*/test/**/*.test.ts", "tools/test/**/*.test.mjs"],
    testTimeout: 120_000,
    hookTimeout: 120_000
  }
})
