/** The recipes for React and Vue in pages of their own, as a development server makes them: rendered on the server. */
import * as esbuild from "esbuild"
import { mkdir, readFile, rm, writeFile } from "node:fs/promises"
import * as Path from "node:path"
import { pathToFileURL } from "node:url"
import { compileScript, parse } from "vue/compiler-sfc"

const fixture = Path.join(import.meta.dirname, "fixture")

/** Components of Vue, as its own compiler makes them. */
const components: esbuild.Plugin = {
  name: "vue",
  setup: (build) =>
    build.onLoad({ filter: /\.vue$/ }, async ({ path }) => {
      const { descriptor } = parse(await readFile(path, "utf8"), { filename: path })
      const ssr = build.initialOptions.platform === "node"
      const { content } = compileScript(descriptor, {
        id: Path.basename(path),
        inlineTemplate: true,
        templateOptions: { ssr, ssrCssVars: [] }
      })
      return { contents: content, loader: "ts", resolveDir: Path.dirname(path) }
    })
}

const bundled = async (entry: string, options: esbuild.BuildOptions): Promise<string> => {
  const { outputFiles } = await esbuild.build({
    entryPoints: [Path.join(fixture, entry)],
    bundle: true,
    write: false,
    format: "esm",
    jsx: "automatic",
    conditions: ["@le-auth/source"],
    logLevel: "silent",
    plugins: [components],
    // In development React mounts each component of `StrictMode` twice, and both complain of what differs.
    define: {
      "process.env.NODE_ENV": '"development"',
      __VUE_OPTIONS_API__: "false",
      __VUE_PROD_DEVTOOLS__: "false",
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "true"
    },
    ...options
  })
  return outputFiles?.[0]?.text ?? ""
}

const entries = {
  react: ["react.server.tsx", "react.client.tsx"],
  vue: ["vue.server.ts", "vue.client.ts"]
} as const

export const names = Object.keys(entries) as ReadonlyArray<keyof typeof entries>

/** The page as the server renders it. */
export const html = async (name: keyof typeof entries): Promise<string> => {
  const external = ["react", "react-dom", "vue"].flatMap((name) => [name, `${name}/*`])
  const code = await bundled(entries[name][0], { platform: "node", external })
  const folder = Path.join(import.meta.dirname, "../build/recipes")
  await mkdir(folder, { recursive: true })
  const file = Path.join(folder, `${name}-${crypto.randomUUID()}.mjs`)
  await writeFile(file, code)
  const server: { readonly html: () => Promise<string> } = await import(/* @vite-ignore */ pathToFileURL(file).href)
  await rm(file)
  return server.html()
}

/** Its program for the browser. */
export const script = (name: keyof typeof entries): Promise<string> =>
  bundled(entries[name][1], { platform: "browser" })
