/** The actions of GitHub, whose steps are run as a runner would. */
import { fetch } from "@effect/platform-node/Undici"
import { execFileSync, spawnSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { parse } from "yaml"
import { freePort, here, published, temporaryDirectory } from "../Cli.ts"

interface Action {
  readonly inputs: Record<string, { readonly default?: string }>
  readonly outputs?: Record<string, { readonly value: string }>
  readonly runs: {
    readonly using: string
    readonly steps: ReadonlyArray<{
      readonly id?: string
      readonly shell: string
      readonly run: string
      readonly env: Record<string, string>
    }>
  }
}

const folderOf = (name: string) => here(`../../../.github/actions/${name}`)
const read = (name: string): Action => parse(Fs.readFileSync(Path.join(folderOf(name), "action.yml"), "utf8"))

const directory = temporaryDirectory()
let version = ""
beforeAll(() => {
  const packed = execFileSync("npm", ["pack", "--pack-destination", directory], { cwd: published, stdio: "pipe" })
  version = `file:${Path.join(directory, packed.toString().trim().split("\n").at(-1)!)}`
}, 120_000)
afterAll(() => Fs.rmSync(directory, { recursive: true }))

/** A job: its steps share an environment, which the files of the runner extend. */
const job = () => {
  const temp = Fs.mkdtempSync(Path.join(directory, "job-"))
  const env: Record<string, string> = {
    PATH: [Path.dirname(process.execPath), process.env["PATH"]].join(":"),
    HOME: temp,
    XDG_STATE_HOME: temp,
    RUNNER_TEMP: temp,
    npm_config_offline: "true",
    npm_config_cache: Path.join(temp, "npm")
  }
  const lines = (file: string): Record<string, string> =>
    Object.fromEntries(
      Fs.readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)])
    )
  /** Runs an action, and gives what it printed, its exit code and its outputs. */
  const uses = (name: string, inputs: Record<string, string> = {}) => {
    const action = read(name)
    assert.includeMembers(Object.keys(action.inputs), Object.keys(inputs))
    const { env: stepEnv, run, shell } = action.runs.steps[0]!
    assert.strictEqual(shell, "bash")
    const valueOf = (text: string) =>
      text.replaceAll(
        /\$\{\{ inputs\.([\w-]+) \}\}/g,
        (_, input: string) => inputs[input] ?? action.inputs[input]!.default!
      )
    const script = Path.join(temp, "step.sh")
    const files = { GITHUB_ENV: Path.join(temp, "env"), GITHUB_OUTPUT: Path.join(temp, "output") }
    for (const file of Object.values(files)) Fs.writeFileSync(file, "")
    Fs.writeFileSync(script, run)
    const { status, stderr, stdout } = spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", script], {
      cwd: temp,
      encoding: "utf8",
      env: {
        ...env,
        ...files,
        GITHUB_ACTION_PATH: folderOf(name),
        ...Object.fromEntries(Object.entries(stepEnv).map(([key, text]) => [key, valueOf(text)]))
      }
    })
    Object.assign(env, lines(files.GITHUB_ENV))
    return { status, said: stdout + stderr, outputs: lines(files.GITHUB_OUTPUT) }
  }
  return { env, temp, uses }
}

describe("the action sentinel", { timeout: 180_000 }, () => {
  it("reads inputs by the environment alone, and has one step, in bash", () => {
    for (const name of ["sentinel", "sentinel/stop"]) {
      const { inputs, outputs = {}, runs } = read(name)
      assert.strictEqual(runs.using, "composite")
      assert.lengthOf(runs.steps, 1)
      const [step] = runs.steps
      assert.notInclude(step!.run, "${{")
      assert.sameMembers(
        Object.values(step!.env),
        Object.keys(inputs).map((input) => `\${{ inputs.${input} }}`)
      )
      for (const { default: value } of Object.values(inputs)) assert.isString(value)
      for (const [output, { value }] of Object.entries(outputs)) {
        assert.strictEqual(value, `\${{ steps.${step!.id}.outputs.${output} }}`)
      }
    }
  })

  it("starts Sentinel for the later steps, shows its journal, and stops it", async () => {
    const { env, uses } = job()
    const port = String(await freePort())
    const started = uses("sentinel", { version, port, "control-host": "0.0.0.0" })
    assert.strictEqual(started.status, 0, started.said)
    const { address = "", control = "" } = started.outputs
    assert.deepInclude(env, {
      LE_AUTH_DOMAIN_API: address,
      LE_AUTH_ACCOUNT_ID: "12345678",
      SENTINEL_PORT: port,
      SENTINEL_CONTROL: control
    })
    const token = env["SENTINEL_CONTROL_TOKEN"] ?? ""
    assert.match(token, /^[0-9a-f]{64}$/)
    assert.strictEqual(started.said.split(token).length, 2)
    assert.include(started.said, `::add-mask::${token}\n`)

    assert.strictEqual((await fetch(`${control}/control/faults`)).status, 401)
    const authorization = { authorization: `Bearer ${token}` }
    assert.strictEqual((await fetch(`${control}/control/faults`, { headers: authorization })).status, 200)
    await fetch(`${address}/sentinel/api/account/12345678/authorize?client_id=nobody`)

    const stopped = uses("sentinel/stop", { port })
    assert.strictEqual(stopped.status, 0, stopped.said)
    assert.include(stopped.said, "GET authorize 401  unauthorized_client")
    const [, marker = ""] = /::stop-commands::(\S+)/.exec(stopped.said) ?? []
    assert.include(stopped.said, `\n::${marker}::\n`)
    assert.notInclude(stopped.said, token)
    assert.strictEqual((await fetch(address).catch(() => undefined))?.status, undefined)
    assert.include(uses("sentinel/stop", { port }).said, "No Sentinel was started")
  })

  it("says why Sentinel does not start, and takes no input for a command or a flag", async () => {
    const { env, temp, uses } = job()
    const port = String(await freePort())
    const planted = Path.join(temp, "planted")
    const hostile = `$(touch ${planted}); touch ${planted} #\n--strict`
    for (const inputs of [
      { version, port, config: hostile },
      { version, port, dialect: hostile },
      { version, port, host: "--strict" },
      { version: hostile, port },
      { version, port: hostile },
      { version, port, tls: hostile }
    ]) {
      const { said, status } = uses("sentinel", inputs)
      assert.strictEqual(status, 1, said)
      assert.match(said, /^::error title=Sentinel::/m)
      assert.isFalse(Fs.existsSync(planted))
    }
    const stop = uses("sentinel/stop", { port: `../${port}` })
    assert.strictEqual(stop.status, 1)
    assert.notProperty(env, "LE_AUTH_DOMAIN_API")
  })

  it("keeps the settings that the job has", async () => {
    const { env, uses } = job()
    env["LE_AUTH_CLIENT_SECRET"] = "of the job"
    const port = String(await freePort())
    const started = uses("sentinel", { version, port })
    assert.strictEqual(started.status, 0, started.said)
    assert.strictEqual(env["LE_AUTH_CLIENT_SECRET"], "of the job")
    assert.notProperty(env, "LE_AUTH_CLIENT_ID")
    assert.notProperty(env, "SENTINEL_CONTROL_TOKEN")
    assert.strictEqual((await fetch(`${env["SENTINEL_CONTROL"]}/control/faults`)).status, 200)
    assert.strictEqual(uses("sentinel/stop", { port }).status, 0)
  })
})
