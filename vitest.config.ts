import { defineConfig } from "vitest/config"

// With the source condition, tests read each package's src: no build is needed first.
const conditions = ["@le-auth/source"]

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["{packages,apps}/*/test/**/*.test.ts", "tools/test/**/*.test.mjs"],
    testTimeout: 30_000,
    hookTimeout: 30_000
  }
})
