/**
 * Opens the user's browser.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8252#section-6 RFC 8252 section 6}
 * @since 0.1.0
 */
import * as Origin from "@le-auth/core/Origin"
import * as Clock from "effect/Clock"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as ChildProcess from "node:child_process"
import * as Os from "node:os"
import * as Path from "node:path"

const explanations = {
  NoBrowser: "No browser could be started. Open the address yourself, or name a browser in the variable BROWSER.",
  NoDisplay: "There is no display for a browser here. Open the address yourself.",
  Failed:
    "The program that opens the browser has failed. If you do not see the sign-in in a browser, open the address yourself.",
  Remote: "This is a session over SSH, so no browser is opened here. Open the address yourself.",
  AddressNotAllowed: "Only https addresses, or http addresses of this computer, are opened in a browser."
}

/**
 * No browser could be started. Show the user the address instead; it is in `url`.
 *
 * @category errors
 * @since 0.1.0
 */
export class BrowserError extends Schema.TaggedError<BrowserError>()("BrowserError", {
  reason: Schema.Literals(["NoBrowser", "Failed", "NoDisplay", "Remote", "AddressNotAllowed"]),
  /** The address that was to be opened. */
  url: Schema.String
}) {
  override get message(): string {
    return explanations[this.reason]
  }
}

/**
 * Opens addresses in the user's browser.
 *
 * @category services
 * @since 0.1.0
 */
export class SystemBrowser extends Context.Service<
  SystemBrowser,
  {
    /**
     * Opens an https address, or an http address of this computer. It ends when the program that opens the browser has
     * ended, since that may fail late; where that is the browser itself, it is long until then, so fork it. To
     * interrupt it leaves the browser open.
     */
    readonly open: (url: string) => Effect.Effect<void, BrowserError>
  }
>()("@le-auth/node/SystemBrowser") {}

/**
 * What decides which browser to start.
 *
 * @category models
 * @since 0.1.0
 */
export interface Environment {
  readonly platform: string
  /** `BROWSER`: commands, separated as in `PATH`; `%s` stands for the address, which else comes last. */
  readonly browser: string | undefined
  /** Linux: there is an X11 or Wayland display. */
  readonly display: boolean
  /** Somebody is here over SSH: a browser would open where no person sits. */
  readonly ssh: boolean
  /** Linux within Windows, see {@link isWsl}. */
  readonly wsl: boolean
}

/**
 * Whether this is Linux within Windows (WSL): by the variable that it sets, which `sudo` drops, or by the name of its
 * kernel.
 *
 * @category guards
 * @since 0.1.0
 */
export const isWsl = (distribution: string, kernel: string): boolean => distribution !== "" || /microsoft/i.test(kernel)

/** Windows' own opener, as Linux within Windows finds it with Windows' `PATH` and without. */
const windowsOpeners = ["rundll32.exe", "/mnt/c/Windows/System32/rundll32.exe"]

/**
 * The commands to try, in this order, as lists of words: no shell ever sees the address. Empty if there is no display,
 * or no person in front of it.
 *
 * `BROWSER` goes before everything else, and nothing else is tried after it. Its words are separated by spaces; quotes
 * have no meaning.
 *
 * @category constructors
 * @since 0.1.0
 */
export const commands = (environment: Environment, url: string): ReadonlyArray<ReadonlyArray<string>> => {
  const { browser, display, platform, ssh, wsl } = environment
  if (browser !== undefined && browser.trim() !== "") {
    return browser
      .split(platform === "win32" ? Path.win32.delimiter : Path.posix.delimiter)
      .map((entry) => entry.trim().split(/\s+/))
      .filter((words) => words[0] !== "")
      .map((words) =>
        words.some((word) => word.includes("%s"))
          ? words.map((word) => word.replaceAll("%s", () => url))
          : [...words, url]
      )
  }
  // With X11 forwarding the display is the user's own.
  if (ssh && !display) return []
  if (platform === "darwin") return [["open", url]]
  if (platform === "win32") return [["rundll32", "url.dll,FileProtocolHandler", url]]
  if (!wsl) return display ? [["xdg-open", url]] : []
  return [
    ["wslview", url],
    ["xdg-open", url],
    ...windowsOpeners.map((opener) => [opener, "url.dll,FileProtocolHandler", url])
  ]
}

/** A program that fails later than this, in milliseconds, may have opened a browser: no other is tried. */
const started = 1000

/** The browser gets all variables but those of le-auth. */
const environmentOfBrowser = () => ({
  ...process.env,
  LE_AUTH_CLIENT_SECRET: undefined,
  LE_AUTH_ACCESS_TOKEN: undefined,
  LE_AUTH_SEAL_KEYS: undefined
})

const run = ([program = "", ...words]: ReadonlyArray<string>): Effect.Effect<void, void> =>
  Effect.callback((resume) => {
    const child = ChildProcess.spawn(program, words, {
      // A process group of its own: Ctrl-C here must not close the user's browser.
      detached: true,
      shell: false,
      stdio: "ignore",
      env: environmentOfBrowser()
    })
    child.unref()
    child.once("error", () => resume(Effect.fail(undefined)))
    child.once("exit", (code) => resume(code === 0 ? Effect.void : Effect.fail(undefined)))
  })

/** Tries one after another, until one has started. */
const tryEach = ([first, ...others]: ReadonlyArray<ReadonlyArray<string>>): Effect.Effect<
  void,
  "NoBrowser" | "Failed"
> =>
  first === undefined
    ? Effect.fail("NoBrowser")
    : Effect.flatMap(Clock.currentTimeMillis, (from) =>
        Effect.catch(run(first), () =>
          Effect.flatMap(Clock.currentTimeMillis, (now) =>
            now - from < started ? tryEach(others) : Effect.fail("Failed")
          )
        )
      )

const environment = Config.all({
  browser: Config.String("BROWSER").pipe(Config.withDefault(undefined)),
  x11: Config.String("DISPLAY").pipe(Config.withDefault("")),
  wayland: Config.String("WAYLAND_DISPLAY").pipe(Config.withDefault("")),
  ssh: Config.String("SSH_CONNECTION").pipe(Config.withDefault("")),
  wsl: Config.String("WSL_DISTRO_NAME").pipe(Config.withDefault(""))
}).pipe(
  Config.map(({ browser, ssh, wayland, wsl, x11 }): Environment => ({
    platform: process.platform,
    browser,
    display: x11 !== "" || wayland !== "",
    ssh: ssh !== "",
    wsl: process.platform === "linux" && isWsl(wsl, Os.release())
  }))
)

/** Why there is no browser to try. */
const reasonFor = (here: Environment): "NoDisplay" | "Remote" => (here.ssh ? "Remote" : "NoDisplay")

/**
 * Why a browser need not be tried here, in words: a person could not see it. `undefined` if they can.
 *
 * @category guards
 * @since 0.1.0
 */
export const missing: Effect.Effect<string | undefined> = Effect.map(Effect.orDie(environment), (here) =>
  commands(here, "").length === 0 ? explanations[reasonFor(here)] : undefined
)

/**
 * The browser that the user's system prefers: `BROWSER` if it is set, else `xdg-open`, `open` or `rundll32`, and in
 * Linux within Windows `wslview` and Windows' own opener as well.
 *
 * @example
 * ```ts
 * // compiled only: it opens a browser
 * import * as SystemBrowser from "@le-auth/node/SystemBrowser"
 * import * as Effect from "effect/Effect"
 *
 * const opened = SystemBrowser.SystemBrowser.use((browser) => browser.open("https://developers.liveperson.com")).pipe(
 *   Effect.provide(SystemBrowser.layer)
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<SystemBrowser> = Layer.succeed(SystemBrowser, {
  open: Effect.fn("SystemBrowser.open")(function* (text: string) {
    const fail = (reason: BrowserError["reason"]) => Effect.fail(new BrowserError({ reason, url: text }))
    const url = URL.parse(text)
    if (url === null || !(url.protocol === "https:" || (url.protocol === "http:" && Origin.canBeLocal(url.host)))) {
      return yield* fail("AddressNotAllowed")
    }
    const here = yield* Effect.orDie(environment)
    const candidates = commands(here, url.href)
    if (candidates.length === 0) return yield* fail(reasonFor(here))
    yield* Effect.catch(tryEach(candidates), fail)
  })
})
