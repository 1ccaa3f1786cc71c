import { defaultClientConditions, defineConfig } from "vite"

export default defineConfig({
  // The path at which apps/server serves it.
  base: "/spa/",
  // The packages' sources, as everything else in this repository uses them.
  resolve: { conditions: ["@le-auth/source", ...defaultClientConditions] },
  build: {
    // The page needs browsers with modules, and with `fetch` that has a time limit.
    target: "es2023",
    // It would add a script to the page, for older browsers.
    modulePreload: false
  }
})
