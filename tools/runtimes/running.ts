// Starts what a cell of the matrix needs: a Sentinel, or the application on an engine.
import { execFileSync, spawn } from "node:child_process"
import fs from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

import { rolldown } from "rolldown"

import { end, inTime } from "../server.ts"
import { tarballs } from "../tarballs.ts"
import { folder } from "./engines.ts"
import { workerdConfig } from "./workerdConfig.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const here = fileURLToPath(new URL(".", import.meta.url))

const env = {
  ...process.env,
  NO_COLOR: "1",
  // Nothing of the user's is touched, and the network is asked for nothing but what is tried.
  XDG_STATE_HOME: path.join(folder, "state"),
  XDG_CACHE_HOME: path.join(folder, "cache"),
  DENO_DIR: path.join(folder, "deno"),
  DENO_NO_UPDATE_CHECK: "1",
  LE_AUTH_KEYCHAIN: "off"
}

/**
 * Starts a program, and waits until it says that it is ready.
 * @param ready what is known when it is
 */
async function start<A>(
  [program = "", ...args]: ReadonlyArray<string>,
  settings: Record<string, string>,
  ready: (stdout: string) => A | undefined
) {
  const child = spawn(program, args, { cwd: folder, env: { ...env, ...settings }, stdio: ["ignore", "pipe", "pipe"] })
  let stdout = ""
  let stderr = ""
  const output = () => stdout + stderr
  child.stderr.on("data", (chunk) => (stderr += chunk))
  const isReady = new Promise((resolve: (value: A) => void, reject) => {
    child.stdout.on("data", (chunk) => {
      stdout += chunk
      const value = ready(stdout)
      if (value !== undefined) resolve(value)
    })
    child.on("error", reject)
    child.on("exit", (code, signal) => reject(new Error(`It ended with ${code ?? signal}.\n${output()}`)))
  })
  try {
    return { value: await inTime(program, isReady, output), output, end: () => end(child) }
  } catch (error) {
    await end(child)
    throw error
  }
}

export const settingsOf = (redirectUri: string) => ({
  LE_AUTH_ACCOUNT_ID: "12345678",
  LE_AUTH_CLIENT_ID: "11111111-1111-4111-8111-111111111111",
  LE_AUTH_CLIENT_SECRET: "development-only-secret",
  LE_AUTH_REDIRECT_URI: redirectUri,
  LE_AUTH_SEAL_KEYS: Buffer.alloc(32, 7).toString("base64")
})

/**
 * Unpacks a package as it is published, with nothing around it: it needs nothing.
 * @param at where it comes to be
 */
function unpack(name: string, at: string) {
  const tarball = tarballs().find((file) => path.basename(file).startsWith(`le-auth-${name}-`))
  if (tarball === undefined) throw new Error(`@le-auth/${name} is not packed: npm run pack`)
  fs.rmSync(at, { recursive: true, force: true })
  fs.mkdirSync(at, { recursive: true })
  execFileSync("tar", ["-xzf", tarball, "-C", at, "--strip-components=1"])
}

/** The command. */
function command() {
  const at = path.join(folder, "command")
  unpack("cli", at)
  return path.join(at, "bin", "le-auth.mjs")
}

let installed: string | undefined

/** The application over `@le-auth/server`, outside of the workspace, with the package beside it. */
function withoutEffect() {
  if (installed !== undefined) return installed
  const at = path.join(folder, "server")
  unpack("server", path.join(at, "node_modules", "@le-auth", "server"))
  fs.writeFileSync(path.join(at, "package.json"), JSON.stringify({ type: "module", private: true }))
  for (const file of fs.globSync("{tools/runtimes/server/*,packages/server/test/MapStores.ts}", { cwd: root })) {
    fs.cpSync(path.join(root, file), path.join(at, file))
  }
  return (installed = path.join(at, "tools", "runtimes", "server"))
}

let unpacked: string | undefined

/**
 * `le-auth sentinel start`, with the application installed in it.
 * @param engine what runs a file
 * @param redirectUri of the application
 */
export async function sentinel(engine: ReadonlyArray<string>, redirectUri: string) {
  unpacked ??= command()
  const settings = settingsOf(redirectUri)
  const user = { id: "3552833710", email: "agent@example.com", password: "agent", name: "Alex Agent" }
  const config = path.join(folder, "sentinel.json")
  const installation = {
    client_id: settings.LE_AUTH_CLIENT_ID,
    client_secret: settings.LE_AUTH_CLIENT_SECRET,
    client_name: "Runtimes",
    grant_types: ["authorization_code", "refresh_token"],
    redirect_uris: [redirectUri]
  }
  const accounts = [{ id: settings.LE_AUTH_ACCOUNT_ID, users: [user], installations: [installation] }]
  fs.writeFileSync(config, JSON.stringify({ accounts }), { mode: 0o600 })
  const options = ["--port", "0", "--config", config, "--json"]
  const { value, ...running } = await start(
    [...engine, unpacked, "sentinel", "start", ...options],
    {},
    (stdout) => /"publicOrigin":"([^"]+)"/.exec(stdout)?.[1]
  )
  return { ...running, origin: value }
}

/** How applications come into being: with Effect, by what their sign-in stands on, or without it. */
export type Composition = "FetchSignIn" | "NodeServerSignIn" | WithoutEffect

/** Over the server that the engine has of its own, or over `node:http`. */
type WithoutEffect = "@le-auth/server, own" | "@le-auth/server, node:http"

/** The file of an application, and what it is told. */
function programOf(composition: Composition): ReadonlyArray<string> {
  const [, server] = composition.split(", ")
  return server === undefined
    ? [path.join(here, "serve.ts"), composition]
    : [path.join(withoutEffect(), "serve.ts"), server]
}

/**
 * The application on Node, Bun or Deno.
 * @param engine what runs a file
 * @param redirectUri where it listens, and more
 */
export const application = (
  engine: ReadonlyArray<string>,
  composition: Composition,
  redirectUri: string,
  domainApi: string
) =>
  start(
    [...engine, ...programOf(composition), new URL(redirectUri).port],
    { ...settingsOf(redirectUri), LE_AUTH_DOMAIN_API: domainApi },
    (stdout) => /^listening$/m.exec(stdout)?.[0]
  )

/** The application on workerd, without anything of Node. */
export async function worker(
  program: string,
  composition: "FetchSignIn" | "@le-auth/server",
  redirectUri: string,
  domainApi: string
) {
  const build = await rolldown({
    input: path.join(composition === "@le-auth/server" ? withoutEffect() : here, "worker.ts"),
    platform: "browser",
    resolve: { conditionNames: ["workerd", "worker", "import", "default"] }
  })
  await build.write({ file: path.join(folder, "worker.js"), format: "esm", codeSplitting: false })
  await build.close()
  const config = path.join(folder, "workerd.capnp")
  const settings = { ...settingsOf(redirectUri), LE_AUTH_DOMAIN_API: domainApi }
  fs.writeFileSync(config, workerdConfig(Number(new URL(redirectUri).port), settings))
  return start([program, "serve", config, "--control-fd=1"], {}, (stdout) => /"event":"listen"/.exec(stdout)?.[0])
}
