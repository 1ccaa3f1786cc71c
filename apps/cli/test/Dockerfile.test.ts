/** The Dockerfile, step by step, in an empty folder. */
import { execFileSync, spawn, spawnSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { afterAll, assert, describe, it } from "vitest"
import { freePort, here, published, temporaryDirectory } from "./Cli.ts"

const directory = temporaryDirectory()
afterAll(() => Fs.rmSync(directory, { recursive: true }))

const lines = Fs.readFileSync(here("../Dockerfile"), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
const steps = lines.map((line) => {
  const [, name = "", value = ""] = /^(\w+) (.*)$/.exec(line) ?? []
  return { name, value }
})
const valueOf = (name: string) => steps.find((step) => step.name === name)!.value
const json = (text: string): [string, ...ReadonlyArray<string>] => JSON.parse(text.slice(text.indexOf("[")))

describe("the Dockerfile", () => {
  it("has a base of one major version that our code can run on, and no root", () => {
    const [, major = "0"] = /^node:(\d+)-slim$/.exec(valueOf("FROM")) ?? []
    const { engines, name } = JSON.parse(Fs.readFileSync(here("../package.json"), "utf8"))
    assert.isAtLeast(Number(major), Number(/\d+/.exec(engines.node)![0]))
    assert.include(valueOf("RUN"), ` ${name}@\${VERSION} `)
    const names = steps.map((step) => step.name)
    assert.strictEqual(valueOf("USER"), "node")
    assert.isBelow(names.lastIndexOf("RUN"), names.indexOf("USER"))
    assert.isBelow(names.indexOf("USER"), names.indexOf("ENTRYPOINT"))
  })

  it("R92, R93: what it installs and runs answers its health check, and ends on SIGTERM with 0", async () => {
    const npm = (args: ReadonlyArray<string>, cwd: string) =>
      execFileSync("npm", args, { cwd, stdio: "pipe" }).toString()
    const tarball = Path.join(
      directory,
      npm(["pack", "--pack-destination", directory], published).trim().split("\n").at(-1)!
    )
    const [, ...install] = /^npm (.*?) && /.exec(valueOf("RUN"))![1]!.split(" ")
    const prefix = Path.join(directory, "prefix")
    npm(
      ["install", ...install.filter((word) => !word.startsWith("@le-auth/")), "--offline", "--prefix", prefix, tarball],
      directory
    )

    const port = await freePort()
    const env = {
      PATH: [Path.join(prefix, "bin"), Path.dirname(process.execPath), process.env["PATH"]].join(":"),
      HOME: directory,
      SENTINEL_PORT: String(port)
    }
    const [command, ...args] = json(valueOf("ENTRYPOINT"))
    const container = spawn(command, args, { env, cwd: directory, stdio: ["ignore", "pipe", "pipe"] })
    const ended = new Promise((resolve) => container.once("exit", (code) => resolve(code)))
    await new Promise((resolve) => container.stdout.once("data", resolve))
    const check = () => {
      const [node, ...rest] = json(valueOf("HEALTHCHECK"))
      return spawnSync(node, rest, { env }).status
    }
    assert.strictEqual(check(), 0)
    container.kill("SIGTERM")
    assert.strictEqual(await ended, 0)
    assert.strictEqual(check(), 1)
  })
})
