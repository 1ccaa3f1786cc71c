/** The unit of systemd and the service container, as far as they can be tried without systemd and an engine. */
import { spawnSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { fetch } from "@effect/platform-node/Undici"
import { assert, describe, it } from "vitest"
import { parseDocument } from "yaml"
import { here, start, temporaryDirectory } from "../Cli.ts"

const source = (file: string) => Fs.readFileSync(here(`../../../${file}`), "utf8")

/** The arguments after `sentinel start`, run on free ports. */
const starting = async (
  args: ReadonlyArray<string>,
  env: Record<string, string>,
  work: (said: { readonly address: string; readonly control: string }) => Promise<void>
) => {
  const sentinel = start(["sentinel", "start", ...args, "--port", "0", "--json"], env)
  try {
    await work(JSON.parse((await sentinel.output(/^\{"address".*\}$/m))[0]))
  } finally {
    sentinel.child.kill()
  }
  assert.strictEqual((await sentinel.result).code, 0)
}

const token = "0f".repeat(16) + "123456789abcdef0".repeat(2)

const asksForToken = async (control: string) => {
  const faults = `${control}/control/faults`
  assert.strictEqual((await fetch(faults)).status, 401)
  assert.strictEqual((await fetch(faults, { headers: { authorization: `Bearer ${token}` } })).status, 200)
}

describe("examples/systemd", () => {
  const unit = source("examples/systemd/le-auth-sentinel.service")
  const valuesOf = (name: string) => [...unit.matchAll(new RegExp(`^${name}=(.*)$`, "gm"))].map(([, value]) => value!)

  it("is a unit that systemd takes, where there is a systemd", (context) => {
    const folder = temporaryDirectory()
    try {
      const path = Path.join(folder, "le-auth-sentinel.service")
      // Its files are those of a computer on which it is installed.
      Fs.writeFileSync(path, unit.replace(/^EnvironmentFile=.*$/m, "").replace("/usr/bin/env", process.execPath))
      const { error, status, stderr } = spawnSync("systemd-analyze", ["verify", path], { encoding: "utf8" })
      if (error !== undefined) return context.skip("there is no systemd-analyze")
      assert.deepStrictEqual([status, stderr.split("\n").filter((line) => line.includes("le-auth-sentinel"))], [0, []])
    } finally {
      Fs.rmSync(folder, { recursive: true })
    }
  })

  it("R90: starts a Sentinel that keeps its state, asks for its token, and ends with 0", async () => {
    const [command = ""] = valuesOf("ExecStart")
    const [state = ""] = valuesOf("WorkingDirectory")
    assert.strictEqual(valuesOf("StateDirectory")[0], Path.basename(state))
    assert.strictEqual(valuesOf("KillSignal")[0], "SIGTERM")
    const folder = temporaryDirectory()
    try {
      const [program, ...args] = command.replaceAll(state, folder).split("le-auth sentinel start ")
      assert.strictEqual(program, "/usr/bin/env ")
      await starting(args.join("").split(" "), { SENTINEL_CONTROL_TOKEN: token }, ({ control }) =>
        asksForToken(control)
      )
      assert.isTrue(Fs.existsSync(Path.join(folder, "sentinel.sqlite")))
    } finally {
      Fs.rmSync(folder, { recursive: true })
    }
  })
})

describe("examples/service-container", () => {
  it("R90: starts a Sentinel that its job reaches, with the control's token", async () => {
    const document = parseDocument(source("examples/service-container/.gitlab-ci.yml"))
    assert.deepStrictEqual([document.errors, document.warnings], [[], []])
    const { services, variables } = document.toJS().test
    const [service] = services
    const known = [
      source("packages/server/src/internal/settings.ts"),
      source("packages/core/src/AppInstallations.ts"),
      source("apps/cli/src/target/SentinelControl.ts")
    ].join("\n")
    for (const variable of Object.keys({ ...variables, ...service.variables })) assert.include(known, variable)
    assert.include(source("apps/cli/Dockerfile"), `ENTRYPOINT ["le-auth", "sentinel", "start", "--host", "0.0.0.0"]`)

    const args = ["--host", "0.0.0.0", ...service.command]
    await starting(args, { SENTINEL_CONTROL_TOKEN: token }, async ({ address, control }) => {
      await asksForToken(control)
      const query = new URLSearchParams({
        v: "1.0",
        response_type: "code",
        client_id: variables.LE_AUTH_CLIENT_ID,
        redirect_uri: variables.LE_AUTH_REDIRECT_URI
      })
      const at = `${address}/sentinel/api/account/${variables.LE_AUTH_ACCOUNT_ID}/authorize?${query}`
      const answer = await fetch(at, { redirect: "manual" })
      assert.strictEqual(answer.status, 302)
      assert.include(answer.headers.get("location"), "/sentinel/login")
    })
  })
})
