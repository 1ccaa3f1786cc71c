import fs from "node:fs"
import { defaultClientConditions, defineConfig, type Plugin } from "vite"

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" }

/** The page shows the code of its call. It is that of the very file, without the words above its first import. */
const ownCode: Plugin = {
  name: "own-code",
  transformIndexHtml: (page) => {
    const source = fs.readFileSync(new URL("src/apiCall.ts", import.meta.url), "utf8")
    const code = source.slice(source.indexOf("import ")).trimEnd()
    return page.replace("<!-- apiCall.ts -->", () => code.replace(/[&<>]/g, (character) => entities[character]!))
  }
}

export default defineConfig({
  plugins: [ownCode],
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
