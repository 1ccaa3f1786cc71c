// WebKit for the tests: Debian's WebKitGTK, driven over WebDriver, on a screen without a monitor. It speaks too little
// of WebDriver BiDi for Puppeteer, so this is as much of Puppeteer as tools/runtimes/pages.ts needs.
// `node tools/webkit.ts` installs it where it is missing.
import { spawn } from "node:child_process"
import fs from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

import * as apt from "./apt.ts"
import { freePort } from "./free-port.ts"
import { end, inTime } from "./server.ts"

/** The lowest version; Debian's stable one has it. */
export const lowest = "2.50"

const driver = "WebKitWebDriver"
const screen = "Xvfb"
const packages = ["webkit2gtk-driver", "xvfb"]

const isThere = () =>
  [driver, screen].every((program) =>
    (process.env["PATH"] ?? "").split(path.delimiter).some((folder) => fs.existsSync(path.join(folder, program)))
  )

const advice = `WebKit is not installed: apt-get update and apt-get install ${packages.join(" ")}`

/** The browser that Debian's driver starts; its folder is named by the version of the interface. */
function executable() {
  const [found] = fs.globSync("/usr/lib/*/webkit2gtk-4.*/MiniBrowser").toSorted().toReversed()
  if (!isThere() || found === undefined) throw new Error(advice)
  return found
}

/** A screen without a monitor: its name, such as `:99`. */
async function hiddenScreen() {
  const child = spawn(screen, ["-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"], {
    stdio: ["ignore", "pipe", "ignore"]
  })
  const name = await new Promise<string>((resolve, reject) => {
    child.on("error", reject).on("exit", () => reject(new Error(`${screen} ended`)))
    child.stdout.once("data", (number) => resolve(`:${String(number).trim()}`))
  })
  return { name, end: () => end(child) }
}

const element = "element-6066-11e4-a52e-4f735466cecf"

/** A new browser, with a profile of its own; close it. */
export async function launch() {
  const binary = executable()
  const display = await hiddenScreen()
  const port = await freePort()
  const child = spawn(driver, [`--port=${port}`], { env: { ...process.env, DISPLAY: display.name }, stdio: "ignore" })
  const origin = `http://127.0.0.1:${port}`

  const call = async (method: string, path: string, body?: unknown): Promise<any> => {
    // @effect-diagnostics-next-line globalFetch:off
    const response = await fetch(`${origin}${path}`, {
      method,
      ...(method === "POST" && { body: JSON.stringify(body ?? {}), headers: { "content-type": "application/json" } })
    })
    const { value } = (await response.json()) as any
    if (!response.ok)
      throw new Error(`WebDriver, ${method} ${path.replace(/^\/session\/[^/]+/, "")}: ${value.error}, ${value.message}`)
    return value
  }
  const started = async () => {
    while (child.exitCode === null && child.signalCode === null) {
      const status = await call("GET", "/status").catch(() => undefined)
      if (status !== undefined) return
      await new Promise((resolve) => void setTimeout(resolve, 50))
    }
    throw new Error(`${driver} ended`)
  }
  const close = async () => {
    await end(child)
    await display.end()
  }
  try {
    await inTime(driver, started(), () => "")
    const { capabilities, sessionId } = await call("POST", "/session", {
      capabilities: { alwaysMatch: { "webkitgtk:browserOptions": { binary, args: ["--automation"] } } }
    })
    const session = `/session/${sessionId}`
    const version: string = capabilities.browserVersion
    if (version.localeCompare(lowest, "en", { numeric: true }) < 0) {
      await call("DELETE", session)
      throw new Error(`WebKitGTK ${version} is too old: the tests need ${lowest} or newer.`)
    }
    const handles = (): Promise<ReadonlyArray<string>> => call("GET", `${session}/window/handles`)

    /** @param handle of a tab */
    const pageOf = (handle: string) => {
      // The driver has one tab at a time.
      const here = () => call("POST", `${session}/window`, { handle })
      let address: string = "about:blank"
      return {
        handle,
        bringToFront: here,
        url: () => address,
        isClosed: async () => !(await handles()).includes(handle),
        goto: async (url: string) => {
          address = url
          await here()
          await call("POST", `${session}/url`, { url })
        },
        reload: async () => {
          await here()
          await call("POST", `${session}/refresh`)
        },
        evaluate: async (run: Function, ...args: ReadonlyArray<unknown>) => {
          await here()
          const script = `const done = arguments[arguments.length - 1]
            Promise.resolve((${run}).apply(null, [].slice.call(arguments, 0, -1)))
              .then((value) => done({ value }), (error) => done({ error: String(error) }))`
          const { error, value } = await call("POST", `${session}/execute/async`, { script, args })
          if (error !== undefined) throw new Error(error)
          return value
        },
        click: async (selector: string) => {
          await here()
          const found = await call("POST", `${session}/element`, { using: "css selector", value: selector })
          await call("POST", `${session}/element/${found[element]}/click`)
        }
      }
    }
    return {
      newPage: async () => pageOf((await call("POST", `${session}/window/new`, { type: "tab" })).handle),
      pages: async () => (await handles()).map(pageOf),
      close: async () => {
        // The browser is the driver's child, and would outlive it.
        await call("DELETE", session).catch(() => undefined)
        await close()
      }
    }
  } catch (error) {
    await close()
    throw error
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url) && !isThere()) {
  apt.install(...packages)
  if (!isThere()) {
    console.error(advice)
    process.exitCode = 1
  }
}
