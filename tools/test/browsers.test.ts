import { spawnSync } from "node:child_process"
import fs from "node:fs"
import os from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"

import { afterEach, beforeEach, describe, expect, it } from "vitest"

import { isNewEnough, lowest, versionIn } from "../installed-browser.ts"

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..")
const mayInstall = process.getuid?.() === 0

describe("versions of browsers", () => {
  it("are found in what browsers say of themselves", () => {
    expect(versionIn("Mozilla Firefox 140.12.0esr\n")).toBe("140.12.0")
    expect(versionIn("Chromium 150.0.7871.100 built on Debian GNU/Linux 12 (bookworm)")).toBe("150.0.7871.100")
    expect(versionIn("Google Chrome 156.0.8078.108 ")).toBe("156.0.8078.108")
    expect(versionIn("requires the chromium snap to be installed")).toBeUndefined()
  })

  it("are compared as numbers, by the major one", () => {
    expect(isNewEnough("140.0", 140)).toBe(true)
    expect(isNewEnough("153.8.0", 140)).toBe(true)
    expect(isNewEnough("139.9.9", 140)).toBe(false)
    expect(isNewEnough("99.0", 140)).toBe(false)
  })

  it("that are the lowest are those of CONTRIBUTING.md", () => {
    const text = fs.readFileSync(path.join(root, "CONTRIBUTING.md"), "utf8")
    for (const [name, major] of Object.entries(lowest)) expect(text).toContain(`${name} ${major}`)
  })
})

describe("the installation of browsers", () => {
  let folder: string

  beforeEach(() => void (folder = fs.mkdtempSync(path.join(os.tmpdir(), "browsers-"))))
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }))

  /** A program on the PATH, the only ones there are. */
  const program = (name: string, script: string) =>
    fs.writeFileSync(path.join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })

  /**
   * An apt-get that writes down its calls.
   * @param script what it does then; `$1` is the command
   */
  const apt = (script: string) =>
    program("apt-get", `[ "$1" = --version ] || echo "$*" >> "${folder}/calls"\n${script}`)

  const calls = () => {
    const file = path.join(folder, "calls")
    return fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim().split("\n") : []
  }

  const run = (tool: string, env?: Record<string, string>) =>
    spawnSync(process.execPath, [path.join(root, "tools", tool)], { encoding: "utf8", env: { PATH: folder, ...env } })

  const firefox = (version: string) => `echo Mozilla Firefox ${version}`
  const old = `${lowest.Firefox - 1}.4.0esr`
  const current = `${lowest.Firefox}.0esr`

  it("leaves one that is new enough, also behind an old one", () => {
    apt("exit 0")
    program("firefox-esr", firefox(old))
    program("firefox", firefox(current))
    const { status, stderr } = run("firefox.ts")
    expect([status, stderr, calls()]).toEqual([0, "", []])
  })

  it("renews the package lists first, and replaces an old one, also where a repository does not answer", () => {
    program("firefox-esr", firefox(old))
    program("new", firefox(current))
    apt(`case $1 in
      update) echo "E: no answer" >&2; exit 100 ;;
      install) while read -r line; do echo "$line"; done < "${folder}/new" > "${folder}/firefox-esr" ;;
    esac`)
    const { status, stderr } = run("firefox.ts")
    expect(status).toBe(mayInstall ? 0 : 1)
    expect(calls()).toEqual(mayInstall ? ["update", "install -y firefox-esr"] : [])
    expect(stderr).toContain(mayInstall ? "E: no answer" : "too old")
  })

  it("fails with apt's words, the version found and where, the one needed, and what to do", () => {
    program("firefox-esr", firefox(old))
    apt(`[ "$1" = install ] && echo "E: Unable to fetch some archives" >&2 && exit 100\nexit 0`)
    const { status, stderr } = run("firefox.ts")
    expect(status).toBe(1)
    for (const part of [
      `Firefox ${lowest.Firefox - 1}.4.0 at ${folder}/firefox-esr is too old`,
      `need Firefox ${lowest.Firefox} or newer`,
      "apt-get install firefox-esr",
      "FIREFOX_PATH",
      ...(mayInstall ? ["E: Unable to fetch some archives"] : [])
    ]) {
      expect(stderr).toContain(part)
    }
  })

  for (const [tool, variable, name] of [
    ["firefox.ts", "FIREFOX_PATH", "Firefox"],
    ["chromium.ts", "CHROMIUM_PATH", "Chromium"]
  ] as const) {
    it(`never replaces the one that ${variable} names`, () => {
      apt("exit 0")
      program("chosen", `echo ${name} ${lowest[name] - 1}.1`)
      program("silent", "exit 0")
      for (const [file, problem] of [
        ["chosen", `${name} ${lowest[name] - 1}.1 at ${folder}/chosen is too old.`],
        ["silent", `${folder}/silent does not say its version.`],
        ["nowhere", `There is no ${name} at ${folder}/nowhere.`]
      ]) {
        const { status, stderr } = run(tool, { [variable]: path.join(folder, file ?? "") })
        expect([status, calls()]).toEqual([1, []])
        expect(stderr).toContain(problem)
        expect(stderr).toContain(`need ${name} ${lowest[name]} or newer. Set ${variable} to`)
      }
    })
  }
})
