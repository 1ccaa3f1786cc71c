// What the root scripts of package.json run. Plain JavaScript without dependencies, because it is what a fresh clone
// starts with, and on whatever Node the machine has: it installs what is missing, then runs the step with
// node_modules/.bin first on the PATH, where the npm package `node` puts the Node that everything else needs.
import { spawn, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

import { leftOut, programs } from "./needs.ts"

const root = fileURLToPath(new URL("..", import.meta.url))
const bin = path.join(root, "node_modules", ".bin")
const node = path.join(bin, "node")
const stamp = path.join(root, "node_modules", ".le-auth-installed")

/**
 * A step is a list of commands. Those with a `name` are quiet: one line when they pass, everything they said when they
 * fail. Those without own the terminal. The last one gets the arguments after `npm run <step> --`.
 * @typedef {{ name?: string, run: string }} Command
 */

/** Types, style and who imports whom. */
const checks = "nx run-many -t lint boundaries check"

/** Tarballs as they would be published, checked. */
const packing = [{ run: "nx run-many -t pack publint attw" }, { run: "node tools/tarballs.ts" }]

/** What the tests need beside npm's packages is installed where it is missing and where we may. */
const machine = (wanted = programs) =>
  Object.entries(wanted)
    .filter(([name]) => !leftOut().includes(name))
    .map(([name, module]) => ({ name, run: `node ${module}` }))

/** The browsers of the matrix; the tests need no WebKit. */
const browsers = { chromium: "tools/chromium.ts", firefox: "tools/firefox.ts", webkit: "tools/webkit.ts" }

/** @type {Record<string, (hasArguments: boolean) => ReadonlyArray<Command>>} */
const steps = {
  setup: () => [],
  start: () => [
    { name: "build", run: "nx run @le-auth/example-server:build" },
    { run: "node apps/server/dist/main.js" }
  ],
  test: (hasArguments) => [
    ...machine(),
    ...(hasArguments
      ? [{ run: checks }, { run: "vitest run" }]
      : [{ run: `${checks} test e2e integration inputs` }, { run: "node tools/test-report.ts" }])
  ],
  "test:quick": (hasArguments) =>
    hasArguments ? [{ run: checks }, { run: "vitest run" }] : [{ run: `${checks} test` }],
  affected: () => [...machine(), { run: "nx affected -t lint boundaries check test e2e integration publint attw" }],
  // Without arguments also the files that no test loads.
  coverage: (hasArguments) => [
    ...machine(),
    { run: `vitest run --coverage${hasArguments ? "" : " --coverage.include={packages,apps}/*/src/**"}` }
  ],
  build: () => [{ run: "nx run-many -t build" }],
  check: () => [{ run: "nx run-many -t check" }],
  lint: () => [{ run: "nx run-many -t lint" }],
  format: () => [{ run: "oxlint --fix" }, { run: "oxfmt" }],
  boundaries: () => [{ run: "nx run @le-auth/tools:boundaries" }],
  openapi: () => [{ run: "node --conditions=@le-auth/source tools/contracts/openapi.ts" }],
  docs: () => [{ run: "node --conditions=@le-auth/source tools/contracts/pages.ts" }],
  runtimes: () => [...machine(browsers), { run: "nx run @le-auth/tools:runtimes" }],
  budget: () => [{ run: "node --conditions=@le-auth/source tools/budget/main.ts" }],
  faults: () => [{ run: "node --conditions=@le-auth/source packages/node/test/faults/main.ts" }],
  enemy: () => [{ run: "node --conditions=@le-auth/source tools/enemy/main.ts" }],
  mutate: () => [{ run: "node tools/mutate/main.ts" }],
  bench: () => [
    { name: "peers", run: "npm install --prefix tools/bench" },
    { name: "build", run: "nx run @le-auth/cli:build" },
    { run: "node --expose-gc --conditions=@le-auth/source tools/bench/main.ts" }
  ],
  pack: () => packing,
  examples: () => [
    { name: "pack", run: "nx run-many -t pack" },
    { run: "node --test-force-exit tools/examples/main.ts" }
  ],
  version: () => [{ run: "changeset version" }, { run: "npm install --package-lock-only" }],
  release: () => [...packing, { run: "node tools/release.ts" }]
}

/** @type {NodeJS.Signals[]} */
const signals = ["SIGINT", "SIGTERM", "SIGHUP"]
let interrupted = false

const [step = "", ...args] = process.argv.slice(2)
const commandsOf = steps[step]
if (commandsOf === undefined) {
  console.error(`usage: node tools/bootstrap.mjs ${Object.keys(steps).join("|")}`)
  process.exit(2)
}
try {
  leftOut()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(2)
}
const testNode = nodeOfTests()
await install()
process.exit(await runStep(commandsOf(args.length > 0)))

/** Every command of the tests runs, so that one run shows all problems; the other steps stop at the first. */
async function runStep(/** @type {ReadonlyArray<Command>} */ list) {
  /** @type {string[]} */
  const failed = []
  let exitCode = 0
  for (const { name, run } of list) {
    const code = await (name === undefined ? execute(run, run === list.at(-1)?.run ? args : []) : quietly(name, run))
    if (interrupted) return step === "start" ? 0 : 130
    if (code === 0) continue
    failed.push(name ?? run)
    exitCode ||= code
    if (!step.startsWith("test")) break
  }
  if (failed.length > 0 && step.startsWith("test")) console.error(`failed: ${failed.join(", ")}`)
  return exitCode
}

/**
 * The Node that the tests run on, if it is not that of npm's packages: with `LE_AUTH_TEST_NODE=22.19` the one that npm runs on,
 * which has to be a 22.19. So a run cannot say that it was on a Node that it was not on.
 */
function nodeOfTests() {
  const wanted = process.env["LE_AUTH_TEST_NODE"]
  if (!wanted) return undefined
  const found = process.env["npm_node_execpath"] ?? process.execPath
  const version = spawnSync(found, ["--version"], { encoding: "utf8" }).stdout.trim()
  if (!`${version}.`.startsWith(`v${wanted}.`)) {
    console.error(
      `LE_AUTH_TEST_NODE is ${wanted}, but npm runs on Node ${version}. Put Node ${wanted} first on the PATH.`
    )
    process.exit(2)
  }
  console.log(`The tests run on Node ${version}`)
  return found
}

async function install() {
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === fingerprint() && isComplete()) return
  rmSync(stamp, { force: true })
  // npm shows its own progress on a terminal.
  console.log("Installing npm's packages, among them the Node that everything runs on: about half a minute")
  const code = await execute("npm ci --include=dev", [])
  if (code !== 0 || interrupted) process.exit(interrupted ? 130 : code)
  if (!existsSync(node)) {
    console.error(
      "npm installed no Node. Allow install scripts (npm config delete ignore-scripts) and delete node_modules."
    )
    process.exit(1)
  }
  writeFileSync(stamp, fingerprint())
}

/** Whether Node and every package that npm has listed as installed are there. */
function isComplete() {
  const { packages } = JSON.parse(readFileSync(path.join(root, "node_modules", ".package-lock.json"), "utf8"))
  return existsSync(node) && Object.keys(packages).every((folder) => existsSync(path.join(root, folder)))
}

/** Changes when anything that decides what belongs in node_modules does, or when npm has changed node_modules itself. */
function fingerprint() {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}`)
  const files = ["package.json", "package-lock.json", ".npmrc", "node_modules/.package-lock.json"]
  for (const folder of ["packages", "apps"]) {
    for (const name of readdirSync(path.join(root, folder)).toSorted()) files.push(`${folder}/${name}/package.json`)
  }
  for (const file of files.map((name) => path.join(root, name)).filter((name) => existsSync(name))) {
    hash.update(`\0${file}\0`).update(readFileSync(file))
  }
  return hash.digest("hex")
}

async function quietly(/** @type {string} */ name, /** @type {string} */ command) {
  const started = Date.now()
  if (process.stdout.isTTY) process.stdout.write(`  ${name} …`)
  /** @type {Buffer[]} */
  const output = []
  const code = await execute(command, [], output)
  const seconds = ((Date.now() - started) / 1000).toFixed(1)
  const verdict = interrupted ? "interrupted" : code === 0 ? "ok" : "FAILED"
  process.stdout.write(`${process.stdout.isTTY ? "\r" : ""}  ${name.padEnd(16)}${verdict.padEnd(8)}${seconds} s\n`)
  if (code !== 0 && !interrupted) process.stderr.write(Buffer.concat(output))
  return code
}

/**
 * Runs one command and resolves with its exit code. It shares the process group, so a terminal's Ctrl-C reaches it
 * without us; any other signal is passed on.
 */
function execute(
  /** @type {string} */ command,
  /** @type {ReadonlyArray<string>} */ more,
  /** @type {Buffer[]?} */ output = null
) {
  return new Promise((/** @type {(code: number) => void} */ resolve) => {
    const [program = "", ...fixed] = command.split(" ")
    const child = spawn(program, [...fixed, ...more], {
      cwd: root,
      stdio: output === null ? "inherit" : ["ignore", "pipe", "pipe"],
      // npm's programs are scripts of its shell there.
      shell: process.platform === "win32",
      env: {
        ...process.env,
        ...(testNode === undefined ? {} : { LE_AUTH_TEST_NODE: testNode }),
        PATH: [...(testNode === undefined ? [] : [path.dirname(testNode)]), bin, process.env["PATH"]].join(
          path.delimiter
        ),
        ...(output !== null && process.stdout.isTTY ? { FORCE_COLOR: "1" } : {})
      }
    })
    child.stdout?.on("data", (chunk) => output?.push(chunk))
    child.stderr?.on("data", (chunk) => output?.push(chunk))
    const pass = (/** @type {NodeJS.Signals} */ signal) => {
      interrupted = true
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal)
    }
    for (const signal of signals) process.on(signal, pass)
    child.on("error", (error) => {
      console.error(`${command}: ${error.message}`)
      resolve(127)
    })
    child.on("close", (code, signal) => {
      for (const name of signals) process.off(name, pass)
      if (signal !== null && !interrupted) console.error(`${command}: ended by ${signal}`)
      resolve(code ?? 1)
    })
  })
}
