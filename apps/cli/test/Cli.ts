/** Runs the command as users do: the bundle as it is published, in a process of its own. */
import { AccountId } from "@le-auth/core/Identifiers"
import * as Seal from "@le-auth/core/Seal"
import * as SealedSessionStore from "@le-auth/core/SealedSessionStore"
import { Session } from "@le-auth/core/Session"
import { SessionStore } from "@le-auth/core/SessionStore"
import * as SessionFile from "@le-auth/node/SessionFile"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { spawn } from "node:child_process"
import * as Fs from "node:fs"
import * as Net from "node:net"
import * as Os from "node:os"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"
import { inject } from "vitest"
import { freePort } from "../../../tools/free-port.ts"

export { freePort }

export const here = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

export const temporaryDirectory = (): string => Fs.mkdtempSync(Path.join(Os.tmpdir(), "le-auth-cli-"))

/** What is published, in the folder that setup.ts has made. */
export const published = inject("published")

export const bundle: ReadonlyArray<string> = [Path.join(published, "bin", "le-auth.mjs")]

/** The same program in the repository, where it runs from source. */
export const fromSource: ReadonlyArray<string> = [here("../bin/le-auth.mjs")]

export interface Result {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export type Environment = Record<string, string>

/** What a process needs to run at all. Nothing of the developer's own settings comes along, HOME least of all. */
export const base = {
  PATH: process.env["PATH"] ?? "",
  HOME: "/nonexistent",
  NO_COLOR: "1",
  NODE_COMPILE_CACHE: Path.join(published, "compiled")
}

export const start = (
  args: ReadonlyArray<string>,
  env: Environment = {},
  program = bundle,
  { input, ...options }: { readonly input?: string; readonly uid?: number; readonly cwd?: string } = {}
) => {
  const child = spawn(process.execPath, [...program, ...args], {
    ...options,
    env: { ...base, ...env },
    stdio: ["pipe", "pipe", "pipe"]
  })
  child.stdin.on("error", () => {}).end(input)
  let stdout = ""
  let stderr = ""
  const waiting = new Set<() => void>()
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text
    for (const check of waiting) check()
  })
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text
    for (const check of waiting) check()
  })
  const result = new Promise<Result>((resolve) => child.once("close", (code) => resolve({ code, stdout, stderr })))
  return {
    child,
    result,
    /** The first match in what was written so far, or will be. */
    output: (pattern: RegExp) =>
      new Promise<RegExpExecArray>((resolve, reject) => {
        const check = () => {
          const match = pattern.exec(stdout) ?? pattern.exec(stderr)
          if (match === null) return
          waiting.delete(check)
          resolve(match)
        }
        waiting.add(check)
        void result.then(() => reject(new Error(`ended without ${pattern}:\n${stdout}\n${stderr}`)))
        check()
      })
  }
}

export const run = (args: ReadonlyArray<string>, env?: Environment, program?: ReadonlyArray<string>): Promise<Result> =>
  start(args, env, program).result

/** With something on stdin. */
export const runWith = (input: string, args: ReadonlyArray<string>, env?: Environment): Promise<Result> =>
  start(args, env, bundle, { input }).result

export const isOpen = (port: number, host = "127.0.0.1"): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = Net.connect(port, host)
    socket.once("connect", () => resolve(socket.destroy().destroyed))
    socket.once("error", () => resolve(false))
  })

/** The user's browser, see browser.mjs. */
export const browser = (how: "approve" | "deny" | "attack" | "stop") =>
  `${process.execPath} ${here("browser.mjs")} ${how}`

export const planted = { secret: "planted-client-secret", clientId: "33333333-3333-4333-8333-333333333333" }

/**
 * A Sentinel that `le-auth sentinel start` runs, with an application of its own, and the settings that lead to both.
 */
export const world = async (host = "127.0.0.1") => {
  const directory = temporaryDirectory()
  const callbackPort = await freePort()
  const redirectUri = `http://${host}:${callbackPort}/callback`
  const config = Path.join(directory, "sentinel.json")
  Fs.writeFileSync(
    config,
    JSON.stringify({
      accounts: [
        {
          id: "le87654321",
          users: [{ id: "1234567890", email: "agent@example.com", password: "agent" }],
          installations: [
            {
              client_id: planted.clientId,
              client_secret: planted.secret,
              client_name: "Test",
              grant_types: ["authorization_code", "refresh_token"],
              redirect_uris: [redirectUri]
            }
          ]
        }
      ]
    })
  )
  const startSentinel = async () => {
    const sentinel = start(["sentinel", "start", "--port", "0", "--config", config])
    const [, origin = ""] = await sentinel.output(/listens on (\S+)/)
    const [, control = ""] = await sentinel.output(/and why, at (\S+)/)
    return { ...sentinel, origin, control }
  }
  const sentinel = await startSentinel()
  const state = Path.join(directory, "state")
  let homes = 0
  const env: Environment = {
    LE_AUTH_ACCOUNT_ID: "le87654321",
    LE_AUTH_CLIENT_ID: planted.clientId,
    LE_AUTH_CLIENT_SECRET: planted.secret,
    LE_AUTH_REDIRECT_URI: redirectUri,
    LE_AUTH_DOMAIN_API: sentinel.origin,
    XDG_STATE_HOME: state,
    BROWSER: browser("approve")
  }
  return {
    callbackPort,
    env,
    /** What a user has who comes for the first time: no settings, but where this Sentinel is. */
    newcomer: (): Environment => ({
      LE_AUTH_DOMAIN_API: sentinel.origin,
      XDG_STATE_HOME: Path.join(directory, `home-${++homes}`),
      BROWSER: browser("approve"),
      SENTINEL_PORT: "1"
    }),
    /** For whom this is the local Sentinel. */
    local: (): Environment => ({
      SENTINEL_PORT: new URL(sentinel.origin).port,
      SENTINEL_CONTROL: sentinel.control,
      XDG_STATE_HOME: Path.join(directory, `home-${++homes}`),
      BROWSER: browser("approve")
    }),
    redirectUri,
    sessionFile: Path.join(state, "le-auth", "sessions.json"),
    startSentinel,
    close: async () => {
      sentinel.child.kill("SIGTERM")
      await sentinel.result
      Fs.rmSync(directory, { recursive: true })
    }
  }
}

/** A session as JSON. */
export type Kept = typeof Session.Encoded & { readonly accessToken: string; readonly refreshToken: string }

/** What is in a session file, with the key beside it. */
const opened = <A>(
  file: string,
  use: (store: SessionStore["Service"], accounts: ReadonlyArray<string>) => Effect.Effect<A, unknown>
) => {
  const secret = Fs.readFileSync(Path.join(Path.dirname(file), "seal-key"), "utf8").trim()
  const accounts: ReadonlyArray<{ key: { accountId: string } }> = JSON.parse(Fs.readFileSync(file, "utf8")).sessions
  return Effect.runPromise(
    SessionStore.use((store) =>
      use(
        store,
        accounts.map(({ key }) => key.accountId)
      )
    ).pipe(
      Effect.provide(
        SealedSessionStore.layer.pipe(
          Layer.provide(SessionFile.layerAt(file)),
          Layer.provide(Seal.layer([Redacted.make(secret)])),
          Layer.provide(Seal.layerWebCrypto)
        )
      )
    )
  )
}

const all = (store: SessionStore["Service"], accounts: ReadonlyArray<string>) =>
  Effect.forEach(new Set(accounts), (account) => store.list(AccountId.make(account))).pipe(
    Effect.map((keys) => keys.flat()),
    Effect.flatMap(Effect.forEach(store.get)),
    Effect.map(Arr.getSomes)
  )

/** The sessions in a session file. */
export const keptIn = (file: string): Promise<ReadonlyArray<Kept>> =>
  opened(file, (store, accounts) =>
    Effect.map(all(store, accounts), (sessions) => sessions.map((session) => encodeSession(session) as Kept))
  )

/** Changes the only session in a session file. */
export const editSession = (file: string, changes: Record<string, unknown>) =>
  opened(file, (store, accounts) =>
    Effect.flatMap(all(store, accounts), ([session]) =>
      store.set(decodeSession({ ...encodeSession(session!), ...changes }), "any")
    )
  )

const encodeSession = Schema.encodeSync(Session)
const decodeSession = Schema.decodeUnknownSync(Session)
