/** The files of examples/compose, as far as they can be tried without an engine for containers. */
import * as Fs from "node:fs"
import * as Http from "node:http"
import * as Path from "node:path"
import { assert, describe, it } from "vitest"
import { parseDocument } from "yaml"
import { here, start } from "../Cli.ts"

interface Service {
  readonly build: { readonly context: string; readonly dockerfile_inline?: string }
  readonly command?: ReadonlyArray<string>
  readonly environment: Record<string, string | null>
  readonly volumes?: ReadonlyArray<string>
  readonly ports?: ReadonlyArray<string>
  readonly depends_on?: Record<string, { readonly condition: string }>
}

const folder = here("../../../examples/compose")
const read = (file: string): Record<string, Service> => {
  const document = parseDocument(Fs.readFileSync(Path.join(folder, file), "utf8"), {
    // Of Compose: takes a value of the first file back.
    customTags: [{ tag: "!reset", resolve: () => null }]
  })
  assert.deepStrictEqual([document.errors, document.warnings], [[], []], file)
  return document.toJS().services
}

const usual = read("compose.yaml")
const tests = read("compose.test.yaml")

/** The settings of an application as Compose puts the two files together. */
const settingsOf = (name: string) => ({ ...usual[name]?.environment, ...tests[name]?.environment })

const source = (file: string) => Fs.readFileSync(here(`../../../${file}`), "utf8")

describe("examples/compose", () => {
  it("names only folders, files, services and variables that exist", () => {
    const services = [...Object.entries(usual), ...Object.entries(tests)]
    const known = [
      source("packages/server/src/internal/settings.ts"),
      source("packages/core/src/AppInstallations.ts"),
      source("apps/cli/src/target/SentinelControl.ts"),
      source("examples/compose/browser/sign-in.mjs")
    ].join("\n")
    for (const [name, service] of services) {
      if (service.build !== undefined) {
        assert.isTrue(Fs.existsSync(Path.join(folder, service.build.context)), name)
        const hasDockerfile = Fs.existsSync(Path.join(folder, service.build.context, "Dockerfile"))
        assert.strictEqual(hasDockerfile, service.build.dockerfile_inline === undefined, name)
      }
      for (const other of Object.keys(service.depends_on ?? {})) assert.property({ ...usual, ...tests }, other)
      for (const volume of service.volumes ?? []) {
        assert.isTrue(Fs.existsSync(Path.join(folder, volume.split(":")[0]!)), volume)
      }
      for (const port of service.ports ?? []) assert.match(port, /^127\.0\.0\.1:/)
      for (const variable of Object.keys(service.environment)) {
        assert.include(known.replaceAll('"SENTINEL_CONTROL"', "SENTINEL_CONTROL"), variable, name)
      }
    }
  })

  it("has the browser's program for the browser of its image", () => {
    const { version } = JSON.parse(source("node_modules/playwright-core/package.json"))
    const { dockerfile_inline = "" } = tests["browser"]!.build
    assert.include(dockerfile_inline, `playwright:v${version}-`)
    assert.include(dockerfile_inline, `playwright-core@${version}`)
  })

  it("R90: starts a Sentinel that answers to its name and to the redirect URIs of both files, with a control", async () => {
    const [mounted = "", inside = ""] = usual["sentinel"]!.volumes![0]!.split(":")
    const args = usual["sentinel"]!.command!.map((word) => (word === inside ? Path.join(folder, mounted) : word))
    assert.notDeepEqual(args, usual["sentinel"]!.command)
    const token = "0f".repeat(16) + "123456789abcdef0".repeat(2)
    const sentinel = start(["sentinel", "start", "--host", "0.0.0.0", "--port", "0", "--json", ...args], {
      SENTINEL_CONTROL_TOKEN: token
    })
    try {
      const said = JSON.parse((await sentinel.output(/^\{.*\}$/m))[0])
      const port = new URL(said.address).port
      const ask = (at: string, path: string, headers: Record<string, string>) =>
        new Promise<{ readonly status: number; readonly location: string | undefined; readonly text: string }>(
          (resolve, reject) =>
            Http.get({ host: "127.0.0.1", port: new URL(at).port, path, headers, agent: false }, (response) => {
              let text = ""
              response.on("data", (part) => (text += String(part)))
              response.on("end", () =>
                resolve({ status: response.statusCode!, location: response.headers.location, text })
              )
            }).on("error", reject)
        )
      const host = `sentinel:${port}`
      const { text } = await ask(said.address, "/api/account/12345678/service/sentinel/baseURI.json?version=1.0", {
        host
      })
      assert.strictEqual(JSON.parse(text).baseURI, host)
      assert.strictEqual((await ask(said.control, "/control/faults", { host: "sentinel:4402" })).status, 401)
      const authorization = `Bearer ${token}`
      const told = await ask(said.control, "/control/faults", { host: "sentinel:4402", authorization })
      assert.strictEqual(told.status, 200)

      for (const settings of [usual["app"]!.environment, settingsOf("app")]) {
        const query = new URLSearchParams({
          v: "1.0",
          response_type: "code",
          client_id: settings["LE_AUTH_CLIENT_ID"]!,
          redirect_uri: settings["LE_AUTH_REDIRECT_URI"]!,
          state: "x"
        })
        const path = `/sentinel/api/account/${settings["LE_AUTH_ACCOUNT_ID"]}/authorize?${query}`
        const answer = await ask(said.address, path, { host })
        assert.strictEqual(answer.status, 302)
        assert.include(answer.location, "login")
      }
    } finally {
      sentinel.child.kill()
      await sentinel.result
    }
  })
})
