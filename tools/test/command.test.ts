// The command as somebody gets it: the packed package, installed in an empty folder, on the oldest Node that it
// supports.
import { execFile, execFileSync, spawn } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

import { afterAll, assert, beforeAll, describe, it } from "vitest"

import { freePort } from "../free-port.ts"
import { installIn, runIn } from "../outside.ts"
import { tarballs } from "../tarballs.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const cli = path.join(root, "apps", "cli")
const { engines } = JSON.parse(readFileSync(path.join(cli, "package.json"), "utf8"))
const oldest = engines.node.replace(">=", "")
const nodePackage = `node-${process.platform}-${process.arch}`
let folder = ""
let env: Record<string, string> = {}

const leAuth = async (...args: string[]) => (await promisify(execFile)("le-auth", args, { env, cwd: folder })).stdout

describe("the packed command", () => {
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), "le-auth-command-"))
    const tarball = tarballs().find((file) => file.includes("le-auth-cli"))
    assert.isDefined(tarball)
    runIn(folder, "npm", "init", "--yes")
    installIn(folder, tarball, `${nodePackage}@${oldest}`)
    const bins = [path.join(folder, "node_modules", nodePackage, "bin"), path.join(folder, "node_modules", ".bin")]
    env = {
      PATH: [...bins, process.env["PATH"]].join(path.delimiter),
      HOME: folder,
      XDG_STATE_HOME: path.join(folder, "state"),
      LE_AUTH_KEYCHAIN: "off",
      NO_COLOR: "1"
    }
    assert.isAtMost(statSync(tarball).size, 1_000_000)
  }, 300_000)

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it("runs on the oldest Node, and brings nothing but what it needs for the keychain", async () => {
    assert.strictEqual(execFileSync("node", ["--version"], { env, encoding: "utf8" }).trim(), `v${oldest}`)
    assert.match(await leAuth("--version"), /^le-auth v\d/)
    assert.include(await leAuth("sentinel", "fault", "add", "--help"), "EXAMPLES")
    const installed = Object.keys(
      JSON.parse(readFileSync(path.join(folder, "node_modules", ".package-lock.json"), "utf8")).packages
    )
    const others = installed.filter(
      (name) => !/^node_modules\/(?:@le-auth\/cli|@napi-rs\/keyring.*|node-.*)$/.test(name)
    )
    assert.deepStrictEqual(others, [])
  })

  it("is completed by bash", () => {
    const script = `source <(le-auth completion bash); COMP_LINE="le-auth sentin"; COMP_POINT=14
      COMP_WORDS=(le-auth sentin); COMP_CWORD=1; _le_auth le-auth sentin le-auth; echo "$COMPREPLY"`
    assert.strictEqual(execFileSync("bash", ["-c", script], { env, encoding: "utf8" }), "sentinel\n")
  })

  it("calls an API in three commands", async () => {
    env["SENTINEL_PORT"] = String(await freePort())
    env["BROWSER"] = `${process.execPath} ${path.join(cli, "test", "browser.mjs")} approve`
    const sentinel = spawn("le-auth", ["sentinel", "start", "--json", "--no-control"], {
      env,
      stdio: ["ignore", "pipe", "ignore"]
    })
    const ended = new Promise((resolve) => sentinel.once("exit", resolve))
    await new Promise((resolve) => sentinel.stdout.once("data", resolve))
    try {
      // The port of the built-in redirect URI may be taken here.
      await leAuth("login", "--port", "0")
      const user = "/api/account/{account}/configuration/le-users/users/{user}?v=6.0"
      assert.deepInclude(JSON.parse(await leAuth("api", "accountConfigReadOnly", user)), { email: "agent@example.com" })
    } finally {
      sentinel.kill()
      await ended
    }
  })
})
