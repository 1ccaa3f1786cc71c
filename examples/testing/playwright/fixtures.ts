import { sentinelFixtures, type SentinelFixtures, type SentinelWorkerFixtures } from "@le-auth/emulator/playwright"
import { test as base } from "@playwright/test"
import { startApp } from "./start.ts"

interface AppFixtures {
  app: { readonly origin: string }
}

const withSentinel = base.extend<SentinelFixtures, SentinelWorkerFixtures>(sentinelFixtures)

/** With an application for each worker, which knows the Sentinel of this worker. */
export const test = withSentinel.extend<{}, AppFixtures>({
  sentinelOptions: [{ points: { accessTokenLifetime: "1 hour" } }, { scope: "worker" }],
  app: [
    async ({ sentinel }, use) => {
      const app = await startApp((origin) => sentinel.envOf({ redirectUri: `${origin}/auth/callback` }))
      await use(app)
      await app.stop()
    },
    { scope: "worker" }
  ],
  baseURL: async ({ app }, use) => use(app.origin)
})

export { expect } from "@playwright/test"
