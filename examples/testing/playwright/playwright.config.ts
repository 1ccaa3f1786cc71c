import { defineConfig } from "@playwright/test"

export default defineConfig({
  testDir: "tests",
  // Each worker has a Sentinel and an application of its own.
  fullyParallel: true,
  workers: 2,
  use: {
    // Playwright's own browser, or one of the machine.
    launchOptions: { executablePath: process.env["CHROMIUM_PATH"] }
  }
})
