import { defaultClientConditions, defineConfig } from "vite"

export default defineConfig({
  // Where apps/server serves it.
  base: "/spa/",
  // The packages' sources, as everything else in this repository uses them.
  resolve: { conditions: ["@le-auth/source", ...defaultClientConditions] },
  build: {
    // What a browser must have for the page: modules, and fetch with a time limit.
    target: "es2023",
    // Adds a script of its own to the page, for browsers that are older than that.
    modulePreload: false
  }
})
