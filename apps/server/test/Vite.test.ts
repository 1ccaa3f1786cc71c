/** The application behind Vite's development server, configured as docs/pages.md says. */
import { assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { createServer } from "vite"
import { onTestFinished } from "vitest"
import { browser, launch, place } from "./Program.ts"
import { freePort } from "./Start.ts"

const page = Fs.readFileSync(Path.join(import.meta.dirname, "../../../docs/pages.md"), "utf8")
const configurations = Array.from(page.matchAll(/```js\n(\/\/ vite\.config\.js\n[^]*?)```/g), ([, text]) => text!)

/** A Vite with this configuration, but on free ports. */
const startVite = async (configuration: string, folder: string, port: number, backend: number) => {
  const configFile = Path.join(folder, "vite.config.mjs")
  Fs.writeFileSync(configFile, configuration.replaceAll("5173", `${port}`).replaceAll("3000", `${backend}`))
  Fs.writeFileSync(Path.join(folder, "index.html"), "<!doctype html><title>The page</title>")
  const vite = await createServer({ root: folder, configFile, logLevel: "silent" })
  onTestFinished(() => vite.close())
  await vite.listen()
}

describe("behind Vite's development server", () => {
  it("has a configuration in its short and in its long form in docs/pages.md", () => {
    assert.strictEqual(configurations.length, 2)
    assert.include(configurations[0], `"/login": "http://localhost:3000"`)
    assert.include(configurations[1], "changeOrigin: false")
  })

  for (const [index, form] of ["short", "long"].entries()) {
    it(`A12: in its ${form} form, from /login to signed in and out again, at the address of Vite alone`, async () => {
      const here = await place()
      const port = await freePort()
      const origin = `http://localhost:${port}`
      const server = launch(here, { LE_AUTH_STORE: "memory:", LE_AUTH_REDIRECT_URI: `${origin}/callback` })
      onTestFinished(async () => {
        server.child.kill()
        await server.ended
      })
      await server.ready
      await startVite(configurations[index]!, here.folder, port, here.port)

      const mine = browser(origin)
      const end = await mine.signIn()
      assert.strictEqual(end.url, `${origin}/`)
      assert.include(end.text, "The page")
      const session = () => mine.visit(`${origin}/session`, { headers: { "x-le-auth": "1" } })
      assert.isTrue(JSON.parse((await session()).text).signedIn)
      assert.strictEqual((await mine.press("/session/refresh")).url, `${origin}/`)
      assert.strictEqual((await mine.press("/sign-out")).url, `${origin}/`)
      assert.isFalse(JSON.parse((await session()).text).signedIn)
    })
  }
})
