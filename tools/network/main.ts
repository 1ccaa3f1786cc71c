// Application, browser and Sentinel on hosts of their own, which know each other by different names: `npm run network`.
// The hosts are network namespaces, so this needs root and Linux, as CI has. The names are those of
// `examples/compose`.
import { execFileSync, type ChildProcess } from "node:child_process"
import crypto from "node:crypto"
import { once } from "node:events"
import fs from "node:fs"
import os from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"

import { network, type Host } from "./hosts.ts"

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url))
const command = here("../../apps/cli/bin/le-auth.mjs")
const application = here("../../apps/server/dist/main.js")

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "le-auth-hosts-"))
const lan = await network(["sentinel", "web", "browser", "desk"])
const { web, browser, desk, sentinel } = lan.hosts

const base = { PATH: process.env["PATH"] ?? "", NO_COLOR: "1" }

/** Runs one of our programs on a host until it ends, or until it has said that it is ready. */
async function run(host: Host, args: readonly string[], env: Record<string, string> = {}, ready?: RegExp) {
  const child = host.start([process.execPath, ...args], {
    cwd: folder,
    env: { ...base, HOME: folder, ...env },
    stdio: ["ignore", "pipe", "pipe"]
  })
  let out = ""
  const done = once(child, "close")
  const said = new Promise<void>((resolve) => {
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.on("data", (bytes: Buffer) => {
        out += String(bytes)
        if (ready?.test(out)) resolve()
      })
    }
  })
  await Promise.race([done, said])
  return { child, code: child.exitCode, out }
}

async function stop(child: ChildProcess) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const done = once(child, "exit")
  child.kill("SIGTERM")
  await done
}

const token = crypto.randomBytes(32).toString("base64url")

/** The same users and secrets as in the built-in configuration, and an application at each of the addresses below. */
const accounts = [
  {
    id: "12345678",
    users: [{ id: "3552833710", email: "agent@example.com", password: "agent", name: "Alex Agent" }],
    installations: [
      {
        client_id: "11111111-1111-4111-8111-111111111111",
        client_secret: "development-only-secret",
        client_name: "Example application",
        grant_types: ["authorization_code", "refresh_token"],
        redirect_uris: ["web:3000", "localhost:3000", "localhost:13000", "desk:3000"].map(
          (host) => `http://${host}/callback`
        )
      }
    ]
  }
]
const configuration = path.join(folder, "sentinel.json")
fs.writeFileSync(configuration, JSON.stringify({ accounts }))

interface Row {
  readonly name: string
  /** Where the application runs, and how it finds Sentinel: `SCHEME` is http or https. */
  readonly application: Host
  readonly domainApi: string
  readonly developmentHosts: string
  /** Where browsers find Sentinel, if not where the application does. */
  readonly authorizeOrigin?: string
  /** The browser, and the application's address there. */
  readonly browser: Host
  readonly address: string
  readonly login: string
  /** Ports of the desk that lead to those of a container. */
  readonly mapped: ReadonlyArray<readonly [string, ReadonlyArray<string>]>
}

const rows: ReadonlyArray<Row> = [
  {
    name: "application and browser beside Sentinel",
    application: web,
    domainApi: "SCHEME://sentinel:4400",
    developmentHosts: "sentinel,web",
    browser,
    address: "http://web:3000",
    login: "SCHEME://sentinel:4400",
    mapped: []
  },
  ...["", "1"].flatMap((other): ReadonlyArray<Row> => {
    const ports = other === "" ? "ports alike" : "other ports"
    return [
      {
        name: `application beside Sentinel, browser on the computer, ${ports}`,
        application: web,
        domainApi: "SCHEME://sentinel:4400",
        developmentHosts: "sentinel",
        authorizeOrigin: `SCHEME://localhost:${other}4400`,
        browser: desk,
        address: `http://localhost:${other}3000`,
        login: `SCHEME://localhost:${other}4400`,
        mapped: [
          ["web", [`${other}3000=3000`]],
          ["sentinel", [`${other}4400=4400`]]
        ]
      },
      {
        name: `application and browser on the computer, ${ports}`,
        application: desk,
        domainApi: `SCHEME://localhost:${other}4400`,
        developmentHosts: "",
        browser: desk,
        address: "http://localhost:3000",
        login: `SCHEME://localhost:${other}4400`,
        mapped: [["sentinel", [`${other}4400=4400`]]]
      }
    ]
  }),
  {
    name: "application on the computer, browser beside Sentinel",
    application: desk,
    domainApi: "SCHEME://localhost:14400",
    developmentHosts: "desk,sentinel",
    authorizeOrigin: "SCHEME://sentinel:4400",
    browser,
    address: "http://desk:3000",
    login: "SCHEME://sentinel:4400",
    mapped: [["sentinel", ["14400=4400"]]]
  }
]

/** Lets the browsers of these hosts trust an authority, as a person does who imports it. */
function trust(authority: string) {
  const database = path.join(folder, ".pki", "nssdb")
  fs.mkdirSync(database, { recursive: true })
  for (const args of [
    ["-N", "--empty-password"],
    ["-A", "-n", "Sentinel", "-t", "C,,", "-i", authority]
  ]) {
    execFileSync("certutil", ["-d", `sql:${database}`, ...args])
  }
}

const problems: string[] = []
const report = (what: string, problem: string | undefined) => {
  console.log(`${problem === undefined ? "✓" : "✗"} ${what}`)
  if (problem !== undefined) problems.push(`${what}: ${problem}`)
}

/** Signs a person in, and says what went wrong. */
async function signIn(row: Row, scheme: string, authority: string | undefined) {
  const at = (text: string) => text.replace("SCHEME", scheme)
  const running: ChildProcess[] = []
  try {
    for (const [host, mappings] of row.mapped) {
      running.push((await run(desk, [here("forward.ts"), host, ...mappings], {}, /ready/)).child)
    }
    const started = await run(
      row.application,
      [application],
      {
        HOST: "0.0.0.0",
        LE_AUTH_ACCOUNT_ID: "12345678",
        LE_AUTH_CLIENT_ID: "11111111-1111-4111-8111-111111111111",
        LE_AUTH_CLIENT_SECRET: "development-only-secret",
        LE_AUTH_STORE: "memory:",
        LE_AUTH_REDIRECT_URI: `${row.address}/callback`,
        LE_AUTH_DOMAIN_API: at(row.domainApi),
        LE_AUTH_DEVELOPMENT_HOSTS: row.developmentHosts,
        ...(row.authorizeOrigin !== undefined && { LE_AUTH_AUTHORIZE_ORIGIN: at(row.authorizeOrigin) }),
        ...(authority !== undefined && { NODE_EXTRA_CA_CERTS: authority })
      },
      /Ctrl-C stops it/
    )
    running.push(started.child)
    if (started.code !== null) return `the application did not start:\n${started.out}`
    const visit = await run(row.browser, [here("signIn.ts"), row.address, at(row.login)])
    return visit.code === 0 && visit.out.includes('"isSignedIn":true') ? undefined : visit.out
  } finally {
    await Promise.all(running.map(stop))
  }
}

/** What the control of Sentinel is asked from beside it and from the computer, with its token and without. */
async function controls(scheme: string, authority: string | undefined) {
  const ask = (host: Host, args: readonly string[], env: Record<string, string>) =>
    run(host, [command, "sentinel", ...args], {
      SENTINEL_CONTROL: `${scheme}://sentinel:4402`,
      ...(authority !== undefined && { NODE_EXTRA_CA_CERTS: authority }),
      ...env
    })
  const withToken = { SENTINEL_CONTROL_TOKEN: token }
  const journal = await ask(web, ["journal", "--json"], withToken)
  const hasAll = journal.code === 0 && journal.out.includes('"route":"authorize"')
  report(`${scheme}: the journal is read from beside Sentinel, with the token`, hasAll ? undefined : journal.out)
  const fault = await ask(browser, ["fault", "add", "server-error"], withToken)
  const cleared = await ask(browser, ["fault", "clear"], withToken)
  const isArmed = fault.code === 0 && cleared.code === 0
  report(`${scheme}: a fault is armed and removed from there`, isArmed ? undefined : fault.out + cleared.out)
  for (const [how, env] of [
    ["without the token", {}],
    ["with another token", { SENTINEL_CONTROL_TOKEN: crypto.randomBytes(32).toString("base64url") }]
  ] as const) {
    const refused = await ask(web, ["journal"], env)
    const isRefused = refused.code !== 0 && !refused.out.includes("authorize") && refused.out.includes("TOKEN")
    report(`${scheme}: nothing is read ${how}`, isRefused ? undefined : refused.out)
  }
}

/** Without `--control-host` no other host reaches the control, whatever Sentinel itself listens on. */
async function controlStaysInside() {
  const started = await run(sentinel, [command, "sentinel", "start", "--host", "0.0.0.0"], {}, /Ctrl-C stops it/)
  const ask = (port: number) =>
    run(web, [
      "-e",
      `fetch("http://sentinel:${port}/").then(() => console.log("answered"), () => console.log("closed"))`
    ])
  const [open, closed] = [await ask(4400), await ask(4402)]
  await stop(started.child)
  const isRight = open.out.includes("answered") && closed.out.includes("closed")
  report("without --control-host the control is on its own host only", isRight ? undefined : open.out + closed.out)
}

/** Sentinel in a container: `SCHEME` of its own, and a control that others reach with a token. */
async function inContainer(scheme: string, flags: readonly string[]) {
  const started = await run(
    sentinel,
    [command, "sentinel", "start", "--host", "0.0.0.0", "--host-name", "sentinel", "--config", configuration, ...flags],
    { SENTINEL_CONTROL_TOKEN: token },
    /Ctrl-C stops it/
  )
  try {
    if (started.code !== null) return report(`Sentinel starts, ${scheme}`, started.out)
    const file = /NODE_EXTRA_CA_CERTS=(\S+)/.exec(started.out)?.[1]
    const authority = file === undefined ? undefined : path.resolve(folder, file)
    if (authority !== undefined) trust(authority)
    for (const row of rows) report(`${scheme}: ${row.name}`, await signIn(row, scheme, authority))
    await controls(scheme, authority)
  } finally {
    await stop(started.child)
  }
}

try {
  await controlStaysInside()
  await inContainer("http", ["--control-host", "0.0.0.0"])
  await inContainer("https", ["--control-host", "0.0.0.0", "--tls", "--tls-name", "sentinel"])
} finally {
  await lan.end()
  fs.rmSync(folder, { recursive: true, force: true })
}
if (problems.length > 0) {
  console.error(`\n${problems.join("\n\n")}`)
  process.exitCode = 1
}
