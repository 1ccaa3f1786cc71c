// The command as it is published, beside a Node that does nothing: `npm run bench -- cli`. Ends with 1 if a budget is
// missed.
//
// Contestants take turns; a figure is that of the best of many runs, for each alike: what else the machine does only
// ever adds to it.
import { execFileSync, spawn, spawnSync } from "node:child_process"
import { mkdirSync, rmSync, statSync } from "node:fs"
import { fileURLToPath } from "node:url"

import { freePort } from "../free-port.ts"
import { nodeItself, ours, type Result } from "./budgets.ts"
import { isShort } from "./Options.ts"
import { Run } from "./Verdicts.ts"

const rounds = isShort ? 3 : 40
const here = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
const cli = here("../../apps/cli/")
const folder = here("../build/bench-cli/")
const bench = new Run("cli")

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
const [{ filename }] = JSON.parse(
  execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
    cwd: cli,
    encoding: "utf8"
  })
)
execFileSync("tar", ["-xzf", filename], { cwd: folder })
const bin = `${folder}package/bin/le-auth.mjs`

// A session to print the token of, at a Sentinel that the command itself runs.
const sentinel = spawn(process.execPath, [bin, "sentinel", "start", "--port", "0", "--json"], {
  stdio: ["ignore", "pipe", "ignore"]
})
const { address } = await new Promise<{ address: string }>((resolve) =>
  sentinel.stdout.once("data", (line) => resolve(JSON.parse(line)))
)
const env = {
  ...process.env,
  LE_AUTH_ACCOUNT_ID: "12345678",
  LE_AUTH_CLIENT_ID: "22222222-2222-4222-8222-222222222222",
  LE_AUTH_CLIENT_SECRET: "development-only-secret",
  LE_AUTH_REDIRECT_URI: `http://127.0.0.1:${await freePort()}/callback`,
  LE_AUTH_DOMAIN_API: address,
  XDG_STATE_HOME: `${folder}state`,
  XDG_CACHE_HOME: `${folder}cache`,
  BROWSER: `${process.execPath} ${cli}test/browser.mjs approve`
}
execFileSync(process.execPath, [bin, "login"], { env, stdio: "ignore" })

const contestants = [
  { name: nodeItself, args: ["-e", "0"] },
  { name: "--version", args: [bin, "--version"] },
  { name: "--help", args: [bin, "--help"] },
  { name: "token", args: [bin, "token"] }
].map((contestant) => ({ ...contestant, milliseconds: [0], mebibytes: 0 }))

const run = (args: string[]) => {
  const began = performance.now()
  const { output, status, stderr } = spawnSync(process.execPath, args, {
    env,
    stdio: ["ignore", "ignore", "pipe", "pipe"],
    encoding: "utf8"
  })
  if (status !== 0) throw new Error(`${args.join(" ")}: ${stderr}`)
  return { milliseconds: performance.now() - began, said: output[3] ?? "" }
}

for (const contestant of contestants) {
  run(contestant.args)
  const { said } = run(["--require", here("cli/Memory.cjs"), ...contestant.args])
  contestant.mebibytes = Number(said) / 1024
  contestant.milliseconds.pop()
}
for (let round = 0; round < rounds; round++) {
  for (const contestant of round % 2 === 0 ? contestants : contestants.toReversed()) {
    contestant.milliseconds.push(run(contestant.args).milliseconds)
  }
}
sentinel.kill()

// From the start of the process to its end, with a warm compile cache.
const [node, ...commands] = contestants
const figures = (each = node) => ({ milliseconds: Math.min(...(each?.milliseconds ?? [])) })
for (const command of commands) {
  bench.add(command.name, { [nodeItself]: figures(), [ours]: figures(command) })
  const memory: Result = { [nodeItself]: { mebibytes: node?.mebibytes ?? Number.NaN } }
  bench.add(`${command.name}, memory`, { ...memory, [ours]: { mebibytes: command.mebibytes } })
}
bench.add("tarball", { [ours]: { kilobytes: statSync(folder + filename).size / 1000 } })
bench.end([])
