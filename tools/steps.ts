// What the root scripts of package.json do, once tools/bootstrap.mjs has installed what they need. Its first argument
// is the step.
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

import { leftOut, programs } from "./needs.ts"

const root = fileURLToPath(new URL("..", import.meta.url))

/**
 * A step is a list of commands. Those with a `name` are quiet: one line when they pass, everything they said when they
 * fail. Those without own the terminal. The last one gets the arguments after `npm run <step> --`: as they are, and its
 * exit code is that of the step. A target of Nx would not get those that are options of Nx as well, and would exit with
 * 1.
 */
interface Command {
  readonly name?: string
  readonly run: string
}

/** Types, style and who imports whom. */
const checks = "nx run-many -t lint boundaries check"

/** Tarballs as they would be published, checked. */
const packing: Command = { run: "nx run @le-auth/tools:tarballs" }

const packed: Command = { name: "pack", run: "nx run-many -t pack" }
const examples = "node --test-force-exit tools/examples/main.ts"

/** What the tests need beside npm's packages is installed where it is missing and where we may. */
const machine = (wanted = programs): ReadonlyArray<Command> =>
  Object.entries(wanted)
    .filter(([name]) => !leftOut().includes(name))
    .map(([name, module]) => ({ name, run: `node ${module}` }))

/** The browsers of the matrix; the tests need no WebKit. */
const browsers = { chromium: "tools/chromium.ts", firefox: "tools/firefox.ts", webkit: "tools/webkit.ts" }

const ofSources = "node --conditions=@le-auth/source"

const steps: Record<string, (hasArguments: boolean) => ReadonlyArray<Command>> = {
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
  api: () => [{ run: "node tools/api.ts" }],
  openapi: () => [{ run: "nx run @le-auth/tools:openapi" }],
  docs: () => [{ run: "nx run @le-auth/tools:docs" }],
  runtimes: () => [...machine(browsers), { run: "nx run @le-auth/tools:runtimes" }],
  budget: () => [
    { name: "costs", run: `${ofSources} tools/budget/costs.ts` },
    { run: `${ofSources} tools/budget/main.ts` }
  ],
  faults: () => [{ run: `${ofSources} packages/node/test/faults/main.ts` }],
  enemy: () => [{ run: `${ofSources} tools/enemy/main.ts` }],
  network: () => [
    ...machine({ chromium: "tools/chromium.ts", network: "tools/network/hosts.ts" }),
    { name: "build", run: "nx run-many -t build -p @le-auth/cli @le-auth/example-server" },
    { run: "node tools/network/main.ts" }
  ],
  mutate: () => [{ run: "node tools/mutate/main.ts" }],
  bench: () => [
    { name: "peers", run: "npm install --prefix tools/bench" },
    // Only where the peers are installed.
    { name: "types", run: "tsc -p tools/bench" },
    { name: "build", run: "nx run @le-auth/cli:build" },
    { run: `${ofSources} --expose-gc tools/bench/main.ts` }
  ],
  pack: () => [packing],
  examples: () => [...machine({ chromium: browsers.chromium }), packed, { run: examples }],
  frameworks: () => [packed, { run: `${examples} --development` }],
  version: () => [{ run: "changeset version" }, { run: "npm install --package-lock-only" }],
  release: () => [packing, { run: "node tools/release.ts" }]
}

const signals: ReadonlyArray<NodeJS.Signals> = ["SIGINT", "SIGTERM", "SIGHUP"]
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
process.exit(await runStep(commandsOf(args.length > 0)))

/** Every command of the tests runs, so that one run shows all problems; the other steps stop at the first. */
async function runStep(list: ReadonlyArray<Command>) {
  const failed: string[] = []
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

async function quietly(name: string, command: string) {
  const started = Date.now()
  if (process.stdout.isTTY) process.stdout.write(`  ${name} …`)
  const output: Buffer[] = []
  const code = await execute(command, [], output)
  const seconds = ((Date.now() - started) / 1000).toFixed(1)
  const verdict = interrupted ? "interrupted" : code === 0 ? "ok" : "FAILED"
  process.stdout.write(`${process.stdout.isTTY ? "\r" : ""}  ${name.padEnd(16)}${verdict.padEnd(8)}${seconds} s\n`)
  if (code !== 0 && !interrupted) process.stderr.write(Buffer.concat(output))
  return code
}

/** Runs one command and resolves with its exit code. Signals as in tools/bootstrap.mjs. */
function execute(command: string, more: ReadonlyArray<string>, output?: Buffer[]) {
  return new Promise<number>((resolve) => {
    const [program = "", ...fixed] = command.split(" ")
    const child = spawn(program, [...fixed, ...more], {
      cwd: root,
      stdio: output === undefined ? "inherit" : ["ignore", "pipe", "pipe"],
      // npm's programs are scripts of its shell there.
      shell: process.platform === "win32",
      env: { ...process.env, ...(output !== undefined && process.stdout.isTTY ? { FORCE_COLOR: "1" } : {}) }
    })
    child.stdout?.on("data", (chunk) => output?.push(chunk))
    child.stderr?.on("data", (chunk) => output?.push(chunk))
    const pass = (signal: NodeJS.Signals) => {
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
