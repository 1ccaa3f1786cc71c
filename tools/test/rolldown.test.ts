import { rolldown, type Plugin } from "rolldown"
import { describe, expect, it } from "vitest"

import config from "../rolldown.config.ts"

const plugins = (config as { plugins: ReadonlyArray<Plugin> }).plugins.filter(({ name }) => name !== "answers")

/** Bundles a program of files that are nowhere, by their names. */
const bundle = async (files: Record<string, string>) => {
  const nowhere: Plugin = {
    name: "nowhere",
    resolveId: (id) => (id in files ? id : undefined),
    load: (id) => files[id]
  }
  const build = await rolldown({ input: "/main.js", platform: "node", plugins: [nowhere, ...plugins] })
  return build.generate()
}

const shared = "/node_modules/@effect/platform-node-shared/dist"

describe("the bundles of the programs", () => {
  it.each([
    ["/packages/node/src/Trust.js", `import { rootCertificates } from "node:tls"\nconsole.log(rootCertificates)`],
    [`${shared}/NodeHttpCompression.js`, `import * as Zlib from "node:zlib"\nconsole.log("zstdCompress" in Zlib)`],
    [`${shared}/NodeWS.js`, `export { WebSocket } from "ws"`],
    ["/node_modules/effect/dist/cli/CliOutput.js", `console.log(new Intl.Segmenter("en"))`]
  ])("are not made where %s is not what they change", async (file, code) => {
    await expect(bundle({ "/main.js": `import "${file}"`, [file]: code })).rejects.toThrow(
      `${file} is written in another way than this changes`
    )
  })

  it("are not made where what they change is gone", async () => {
    await expect(bundle({ "/main.js": `import fs from "node:fs"\nconsole.log(fs)` })).rejects.toThrow(
      /the module that this changes is not there/
    )
  })
})
