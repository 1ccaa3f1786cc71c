// Apps ship as one bundle, made from the packages' sources: it starts several times faster than separate modules.
import { defineConfig } from "rolldown"

export default defineConfig({
  input: "src/main.ts",
  platform: "node",
  resolve: { conditionNames: ["@le-auth/source", "node", "import"] },
  output: { dir: "dist", format: "esm", minify: true, sourcemap: true, cleanDir: true }
})
