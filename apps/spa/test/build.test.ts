import { assert, describe, it } from "@effect/vitest"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { build, type Rolldown } from "vite"

const root = fileURLToPath(new URL("..", import.meta.url))

const built = async () => {
  const result = (await build({ root, logLevel: "silent", build: { write: false } })) as Rolldown.RolldownOutput
  return result.output.map((file) => ({
    name: file.fileName,
    text: file.type === "chunk" ? file.code : String(file.source)
  }))
}

describe("the page as it is served", () => {
  it("H5: runs under a policy without inline script or style, and needs nothing from elsewhere", async () => {
    const page = (await built()).find(({ name }) => name === "index.html")?.text ?? ""
    assert.notMatch(page, /<script(?![^>]* src="\/spa\/)/)
    assert.notMatch(page, /<style|style="|onclick=/)
    for (const [, address = ""] of page.matchAll(/(?:src|href)="([^"]*)"/g)) assert.match(address, /^\/(?!\/)/)
  })

  it("its script is small, and names no storage, secret or token", async ({ annotate }) => {
    const code = (await built()).filter(({ name }) => name.endsWith(".js")).map(({ text }) => text)
    const bytes = gzipSync(code.join("")).length
    await annotate(`script of the page: ${(bytes / 1000).toFixed(2)} kB`)
    assert.isAtMost(bytes, 5000)
    for (const word of [
      "localStorage",
      "sessionStorage",
      "indexedDB",
      "client_secret",
      "refresh_token",
      "access_token"
    ]) {
      assert.notInclude(code.join(""), word)
    }
  })
})
