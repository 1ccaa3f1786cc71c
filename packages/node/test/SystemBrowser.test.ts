import { assert, describe, it } from "@effect/vitest"
import * as SystemBrowser from "@le-auth/node/SystemBrowser"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"

const url = "https://va.sentinel.liveperson.net/sentinel/api/account/1/authorize?v=1.0&a=$(touch%20x);&b='\"|&"
const environment: SystemBrowser.Environment = {
  platform: "linux",
  browser: undefined,
  display: true,
  ssh: false,
  wsl: false
}

const open = (text: string, env: Record<string, string>) =>
  SystemBrowser.SystemBrowser.use((browser) => browser.open(text)).pipe(
    Effect.provide(SystemBrowser.layer),
    Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env }))
  )

const temporary = Effect.acquireRelease(
  Effect.sync(() => Fs.mkdtempSync(Path.join(Os.tmpdir(), "le-auth-browser-"))),
  (directory) => Effect.sync(() => Fs.rmSync(directory, { recursive: true }))
)

describe("SystemBrowser.commands", () => {
  it("I9: each platform's own opener, with the address as one word", () => {
    assert.deepStrictEqual(SystemBrowser.commands({ ...environment, platform: "darwin" }, url), [["open", url]])
    assert.deepStrictEqual(SystemBrowser.commands({ ...environment, platform: "win32" }, url), [
      ["rundll32", "url.dll,FileProtocolHandler", url]
    ])
    assert.deepStrictEqual(SystemBrowser.commands(environment, url), [["xdg-open", url]])
    assert.deepStrictEqual(SystemBrowser.commands({ ...environment, display: false, wsl: true }, url), [
      ["wslview", url],
      ["xdg-open", url],
      ["rundll32.exe", "url.dll,FileProtocolHandler", url],
      ["/mnt/c/Windows/System32/rundll32.exe", "url.dll,FileProtocolHandler", url]
    ])
    assert.deepStrictEqual(SystemBrowser.commands({ ...environment, display: false }, url), [])
  })

  it("knows Linux within Windows by its variable or by its kernel", () => {
    for (const [distribution, kernel, expected] of [
      ["Debian", "6.12.0-amd64", true],
      ["", "5.15.167.4-microsoft-standard-WSL2", true],
      ["", "4.4.0-19041-Microsoft", true],
      ["", "6.12.0-amd64", false]
    ] as const) {
      assert.strictEqual(SystemBrowser.isWsl(distribution, kernel), expected, kernel)
    }
  })

  it("BROWSER goes first and alone: several commands, words, and %s for the address", () => {
    assert.deepStrictEqual(SystemBrowser.commands({ ...environment, browser: "firefox --new-tab %s:chromium:" }, url), [
      ["firefox", "--new-tab", url],
      ["chromium", url]
    ])
    assert.deepStrictEqual(
      SystemBrowser.commands({ ...environment, platform: "win32", browser: "C:\\b.exe;other" }, url),
      [
        ["C:\\b.exe", url],
        ["other", url]
      ]
    )
    assert.deepStrictEqual(SystemBrowser.commands({ ...environment, browser: "" }, url), [["xdg-open", url]])
  })
})

const secrets = ["LE_AUTH_CLIENT_SECRET", "LE_AUTH_ACCESS_TOKEN", "LE_AUTH_SEAL_KEYS"]

describe("SystemBrowser.layer", () => {
  it.live("I9: starts the browser without a shell, and without our secrets", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const output = Path.join(directory, "arguments")
      const script = Path.join(directory, "browser")
      Fs.writeFileSync(
        script,
        `#!${process.execPath}\nrequire("fs").writeFileSync(${JSON.stringify(output)}, ` +
          `JSON.stringify([process.argv.slice(2), ${JSON.stringify(secrets)}.find((name) => name in process.env) ?? "none"]))`,
        { mode: 0o700 }
      )
      for (const name of secrets) process.env[name] = "planted"
      yield* open(url, { BROWSER: `${directory}/missing:${script}` }).pipe(
        Effect.ensuring(Effect.sync(() => secrets.forEach((name) => delete process.env[name])))
      )
      assert.deepStrictEqual(JSON.parse(Fs.readFileSync(output, "utf8")), [[new URL(url).href], "none"])
    })
  )

  it.live("a browser that fails or is missing is a typed error with the address", () =>
    Effect.gen(function* () {
      for (const BROWSER of ["false", "/nonexistent/browser"]) {
        const error = yield* Effect.flip(open(url, { BROWSER }))
        assert.strictEqual(error.reason, "NoBrowser")
        assert.strictEqual(error.url, url)
      }
    })
  )

  it.live("one that fails late is told, too, and no other is tried, since a browser may be open", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const [late, other] = ["late", "other"].map((name) => Path.join(directory, name))
      Fs.writeFileSync(late!, "#!/bin/sh\nsleep 1.2\nexit 3\n", { mode: 0o700 })
      Fs.writeFileSync(other!, `#!/bin/sh\ntouch ${directory}/opened\n`, { mode: 0o700 })
      const error = yield* Effect.flip(open(url, { BROWSER: `${late}:${other}` }))
      assert.strictEqual(error.reason, "Failed")
      assert.include(error.message, "open the address yourself")
      assert.isFalse(Fs.existsSync(`${directory}/opened`))
    })
  )

  it.live("without a display nothing is started", () =>
    Effect.gen(function* () {
      if (process.platform !== "linux") return
      assert.strictEqual((yield* Effect.flip(open(url, {}))).reason, "NoDisplay")
    })
  )

  it.live("I9: only https, or http on this computer or a development host, is opened", () =>
    Effect.gen(function* () {
      for (const text of [
        "http://le-app.com/",
        "http://10.0.0.1/",
        "http://2130706433.example/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "--help",
        "ftp://127.0.0.1"
      ]) {
        assert.strictEqual((yield* Effect.flip(open(text, { BROWSER: "true" }))).reason, "AddressNotAllowed", text)
      }
      for (const text of ["http://127.0.0.1:4400/", "http://sentinel:4400/", "http://app.internal/"]) {
        yield* open(text, { BROWSER: "true" })
      }
    })
  )
})
