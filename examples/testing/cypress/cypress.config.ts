import { sentinelTasks } from "@le-auth/emulator/cypress"
import { defineConfig } from "cypress"
import { startApp } from "./start.ts"

export default defineConfig({
  e2e: {
    async setupNodeEvents(on, config) {
      const sentinel = await sentinelTasks(on, config, { points: { accessTokenLifetime: "1 hour" } })
      const app = await startApp((origin) => sentinel.envOf({ redirectUri: `${origin}/auth/callback` }))
      // Cypress keeps one handler of an event, so this one stops Sentinel, too.
      on("after:run", async () => {
        await app.stop()
        await sentinel.stop()
      })
      config.baseUrl = app.origin
      return config
    }
  }
})
