// Installs the command, starts Sentinel in the background, waits until it listens, and tells the runner where it is.
// Inputs are words of one argument each; no shell sees them.
import { execFileSync, spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { appendFileSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { setTimeout } from "node:timers/promises"

const { env } = process
const input = (name) => env[`INPUT_${name}`] ?? ""

const fail = (message) => {
  // The runner decodes these.
  const escaped = message.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A")
  console.log(`::error title=Sentinel::${escaped}`)
  process.exit(1)
}

const port = input("PORT")
if (!/^\d{1,5}$/.test(port)) fail(`The input port is ${port}, which is no port.`)
if (!["true", "false"].includes(input("TLS"))) fail(`The input tls is ${input("TLS")}; it must be true or false.`)

const folder = join(env.RUNNER_TEMP, `le-auth-sentinel-${port}`)
mkdirSync(folder, { recursive: true })
const isWindows = process.platform === "win32"
// npm is a script of the shell there, so a version has no character of its own for one.
if (!/^[\w.:/\\^~+@-]+$/.test(input("VERSION"))) fail(`The input version is ${input("VERSION")}, which is no version.`)
execFileSync(
  "npm",
  ["install", "--prefix", folder, "--no-audit", "--no-fund", "--no-save", `@le-auth/cli@${input("VERSION")}`],
  { stdio: ["ignore", "inherit", "inherit"], shell: isWindows }
)
const command = join(folder, "node_modules", "@le-auth", "cli", "bin", "le-auth.mjs")

const controlHost = input("CONTROL_HOST")
const token = controlHost === "" ? "" : randomBytes(32).toString("hex")
if (token !== "") console.log(`::add-mask::${token}`)

// With = in between, a value is no flag, whatever it begins with.
const flag = (name, value) => (value === "" ? [] : [`--${name}=${value}`])
const files = { said: join(folder, "said.json"), log: join(folder, "sentinel.log") }
const sentinel = spawn(
  process.execPath,
  [
    command,
    "sentinel",
    "start",
    "--json",
    ...flag("port", port),
    ...flag("host", input("HOST")),
    ...flag("host-name", input("HOST_NAME")),
    ...flag("config", input("CONFIG")),
    ...flag("dialect", input("DIALECT")),
    ...flag("control-host", controlHost),
    ...(input("TLS") === "true" ? ["--tls", ...flag("tls-name", input("HOST_NAME"))] : [])
  ],
  {
    detached: true,
    stdio: ["ignore", openSync(files.said, "w"), openSync(files.log, "w")],
    env: { ...env, SENTINEL_CONTROL_TOKEN: token }
  }
)
let ended
sentinel.once("exit", (code, signal) => (ended = `It ended with ${code ?? signal}.`))

const firstLine = () => /^(.*)\n/.exec(readFileSync(files.said, "utf8"))?.[1]
for (let left = 300; firstLine() === undefined; left--) {
  if (ended === undefined && left === 0) sentinel.kill()
  if (ended !== undefined || left === 0) {
    fail(`Sentinel does not start. ${ended ?? "It took more than 30 seconds."}\n${readFileSync(files.log, "utf8")}`)
  }
  await setTimeout(100)
}
sentinel.unref()
const { address, certificateAuthority, control } = JSON.parse(firstLine())
writeFileSync(join(folder, "state.json"), JSON.stringify({ pid: sentinel.pid, command, log: files.log }))

// Those of the built-in application, unless the job has some of its own.
const settings =
  input("CONFIG") === ""
    ? {
        LE_AUTH_ACCOUNT_ID: "12345678",
        LE_AUTH_CLIENT_ID: "11111111-1111-4111-8111-111111111111",
        LE_AUTH_CLIENT_SECRET: "development-only-secret",
        LE_AUTH_REDIRECT_URI: "http://localhost:3000/auth/callback"
      }
    : {}
const isOwn = Object.keys(settings).some((name) => env[name] !== undefined)
const exported = {
  ...(isOwn ? {} : settings),
  LE_AUTH_DOMAIN_API: address,
  SENTINEL_PORT: port,
  SENTINEL_CONTROL: control,
  ...(token === "" ? {} : { SENTINEL_CONTROL_TOKEN: token }),
  ...(certificateAuthority === undefined ? {} : { NODE_EXTRA_CA_CERTS: resolve(certificateAuthority) })
}
const lines = (values) =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("")
appendFileSync(env.GITHUB_ENV, lines(exported))
appendFileSync(env.GITHUB_OUTPUT, lines({ address, control }))
console.log(`Sentinel listens on ${address}, and its control on ${control}`)
