/** The program as a bundle, in a process and a folder of its own: what it keeps is there, and not in the repository. */
import { spawn } from "node:child_process"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { fetch, type RequestInit } from "@effect/platform-node/Undici"
import { inject, onTestFinished } from "vitest"
import { freePort, freeSentinelPort } from "./Start.ts"

const bundle = inject("bundle")

/**
 * A folder, and two ports, that a program has again when it is started again; for the test that calls it, as long as
 * `finished` says.
 */
export const place = async (finished: (remove: () => void) => void = onTestFinished) => {
  const folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "le-auth-server-"))
  finished(() => Fs.rmSync(folder, { recursive: true, force: true }))
  return { folder, port: await freePort(), sentinelPort: await freeSentinelPort() }
}

export type Place = Awaited<ReturnType<typeof place>>

export const launch = ({ folder, port, sentinelPort }: Place, env: Record<string, string> = {}) => {
  const child = spawn(process.execPath, [Path.join(bundle, "dist", "main.js")], {
    cwd: folder,
    env: { PATH: process.env["PATH"], PORT: String(port), SENTINEL_PORT: String(sentinelPort), ...env },
    stdio: ["ignore", "pipe", "pipe"]
  })
  let output = ""
  const waiting = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text
      for (const check of waiting) check()
    })
  }
  const ended = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)))
  return {
    child,
    ended,
    output: () => output,
    /** Waits until it listens. */
    ready: new Promise<void>((resolve, reject) => {
      waiting.add(() => output.includes("Ctrl-C stops it") && resolve())
      void ended.then(() => reject(new Error(`ended too early:\n${output}`)))
    })
  }
}

/** A browser: it keeps cookies, and follows redirects. Cookies of one host are not kept apart by port. */
export const browser = (origin: string) => {
  const jar = new Map<string, string>()
  const visit = async (
    address: string,
    init: RequestInit = {}
  ): Promise<{ status: number; text: string; url: string }> => {
    const cookie = [...jar].map((pair) => pair.join("=")).join("; ")
    const headers = { accept: "text/html", origin: new URL(address).origin, ...init.headers, cookie }
    const response = await fetch(address, { ...init, redirect: "manual", headers })
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      jar.set(name, value)
    }
    const text = await response.text()
    const location = response.headers.get("location")
    return location === null ? { status: response.status, text, url: address } : visit(new URL(location, address).href)
  }
  return {
    visit,
    home: () => visit(`${origin}/`),
    press: (path: string) => visit(`${origin}${path}`, { method: "POST" }),
    signIn: async () => {
      const page = await visit(`${origin}/login`)
      const form = new URLSearchParams({ username: "agent@example.com", password: "agent" })
      for (const name of ["request", "token"]) {
        form.set(name, new RegExp(`name="${name}"\\s+value="([^"]*)"`).exec(page.text)?.[1] ?? "")
      }
      return visit(new URL("/sentinel/login", page.url).href, { method: "POST", body: form })
    }
  }
}
