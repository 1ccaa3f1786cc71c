// The test runners of examples/testing. Each example keeps to this:
//
// - `npm run types` compiles it against the types of its runner, and `npm test` runs its tests.
// - Each file or worker has a Sentinel of its own, from `@le-auth/emulator`, and two of them run at once.
//
// Then two more files of tests are put beside those of the example, which run at once and fail on purpose
// (meeting/meet.ts). They must not have disturbed each other, and must leave no port and no process.
// @effect-diagnostics globalFetch:off
import assert from "node:assert/strict"
import { readFileSync, writeFileSync } from "node:fs"
import { connect } from "node:net"
import path from "node:path"

import * as Program from "./Program.ts"

const sides = ["left", "right"] as const

export interface Runner {
  /** Where the two files belong, and what their names end with. */
  readonly tests: string
  /** The commands that run the two files at once, or one of them each. */
  readonly commands: ReadonlyArray<ReadonlyArray<string>>
  /** Runs the tests of the example, on a machine that may have much else to do; absent where npm lacks its program. */
  readonly test?: ReadonlyArray<string>
  /** Whether it needs a browser. */
  readonly browser?: true
}

const npm = (...args: ReadonlyArray<string>) => ["npm", "test", "--", ...args]
const timeout = "--testTimeout=60000"
/** Two files, and as many workers as they need: on two cores a runner would take one. */
const files = ["left.test.ts", "right.test.ts"]

/** By their folders. */
export const runners: Readonly<Record<string, Runner>> = {
  playwright: {
    tests: "tests/NAME.spec.ts",
    test: npm("--timeout=120000"),
    commands: [npm("left.spec.ts", "right.spec.ts")],
    browser: true
  },
  cypress: { tests: "cypress/NAME.ts", commands: sides.map((side) => [process.execPath, `cypress/${side}.ts`]) },
  jest: { tests: "NAME.test.ts", test: npm(timeout), commands: [npm("--maxWorkers=2", ...files)] },
  vitest: { tests: "NAME.test.ts", test: npm(timeout), commands: [npm("--maxWorkers=2", ...files)] },
  "node-test": { tests: "NAME.test.ts", test: npm(), commands: [npm("--test-concurrency=2", ...files)] }
}

/** No browser and no program of Cypress is downloaded. */
export const installation = { PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: "1", CYPRESS_INSTALL_BINARY: "0" }

/**
 * @param into where the example is installed
 * @param browser finds Chromium
 */
export async function attempt(into: string, name: string, runner: Runner, browser: () => string) {
  const { tests, test, commands } = runner
  const env = runner.browser ? { CHROMIUM_PATH: browser() } : {}
  await Program.run(into, ["npm", "run", "types"])
  if (test !== undefined) await Program.run(into, test, env)

  const meeting = (file: string) => readFileSync(path.join(import.meta.dirname, "meeting", file), "utf8")
  writeFileSync(path.join(into, "meet.ts"), meeting("meet.ts"))
  for (const side of sides) {
    writeFileSync(path.join(into, tests.replace("NAME", side)), meeting(`${name}.ts`).replaceAll("left", side))
  }
  const runs = await Promise.all(commands.map((command) => Program.attempt(into, command, env)))
  const said = runs.map(({ output }) => output).join("\n")
  const found = (side: string, step: string): any => {
    try {
      return JSON.parse(readFileSync(path.join(into, `${side}.${step}`), "utf8"))
    } catch (error) {
      throw new Error(`${side} did not come to "${step}":\n${said}`, { cause: error })
    }
  }

  const ahead = { left: "0s", right: "2h" }
  for (const side of sides) {
    assert.match(said, new RegExp(`${side} fails on purpose`))
    assert.deepEqual(found(side, "found"), { ahead: ahead[side], faults: side === "right" ? ["of-right"] : [] }, said)
  }
  for (const { code } of runs) assert.notEqual(code, 0, said)
  const [left, right] = sides.map((side) => found(side, "begun"))
  assert.notEqual(left.pid, right.pid)
  for (const { pid, addresses } of [left, right]) {
    assert.throws(() => process.kill(pid, 0), { code: "ESRCH" })
    for (const address of addresses) assert.equal(await isOpen(new URL(address)), false, address)
  }
}

const isOpen = ({ hostname, port }: URL) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(Number(port), hostname)
    const say = (open: boolean) => () => {
      socket.destroy()
      resolve(open)
    }
    socket.on("connect", say(true)).on("error", say(false))
  })
