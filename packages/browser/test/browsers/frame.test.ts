/**
 * A page in the frame of another site, as in LivePerson's agent workspace: two hosts over https. Chromium's profiles
 * let the frame's cookies through, keep them apart, or have none; Firefox keeps them apart.
 */
import { assert, describe, it } from "@effect/vitest"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Fs from "node:fs"
import { createServer, type Server } from "node:https"
import type { AddressInfo } from "node:net"
import * as Os from "node:os"
import * as Path from "node:path"
import type { Browser, BrowserContext, Frame, LaunchOptions, Page } from "puppeteer-core"
import { afterAll, beforeAll } from "vitest"
import * as Application from "../Application.ts"
import { at, press, pressInFrame, type State, state, until } from "./Person.ts"
import { browsers, type Kind } from "../../../../tools/browsers.ts"
import { certificate } from "../../../../tools/certificate.ts"
import { args } from "../../../../tools/chromium.ts"

let workspace: Server
let workspaceOrigin: string
let application: Awaited<ReturnType<typeof Application.make>>
let runtime: ManagedRuntime.ManagedRuntime<never, unknown>

beforeAll(async () => {
  workspace = createServer(certificate(), (request, response) => {
    response.setHeader("content-type", "text/html; charset=utf-8")
    response.end(`<!doctype html><title>Workspace</title><iframe src="${application.origin}${request.url}"></iframe>`)
  })
  await new Promise<void>((resolve) => void workspace.listen(0, "127.0.0.1", resolve))
  workspaceOrigin = `https://workspace.test:${(workspace.address() as AddressInfo).port}`
  application = await Application.make({ host: "app.test", web: { frameAncestors: [workspaceOrigin] } })
  runtime = ManagedRuntime.make(application.layer)
  await runtime.context()
}, 120_000)

afterAll(async () => {
  workspace?.close()
  await runtime?.dispose()
})

/** A Chromium whose preferences say what becomes of the cookies of other sites in frames. */
const chromium =
  (preferences: object) =>
  (profile: string): LaunchOptions => {
    Fs.mkdirSync(Path.join(profile, "Default"))
    Fs.writeFileSync(Path.join(profile, "Default", "Preferences"), JSON.stringify({ profile: preferences }))
    return { args: [...args, "--host-resolver-rules=MAP *.test 127.0.0.1"] }
  }

const apart = { cookie_controls_mode: 1, block_third_party_cookies: true }
const none = { "[*.]app.test,[*.]workspace.test": { setting: 2 } }

const optionsFor = {
  allowed: chromium({ cookie_controls_mode: 0 }),
  partitioned: chromium(apart),
  blocked: chromium({ ...apart, content_settings: { exceptions: { cookies: none } } }),
  firefox: (): LaunchOptions => ({
    extraPrefsFirefox: {
      "network.dns.forceResolve": "127.0.0.1",
      // The user says yes.
      "dom.storage_access.prompt.testing": true,
      "dom.storage_access.prompt.testing.allow": true
    }
  })
}

/**
 * With each entry in a browser of such a profile, which both share: each is in a context of its own, with cookies of
 * its own.
 */
const inEachFrame = (
  { launch }: Kind,
  kind: keyof typeof optionsFor,
  title: string,
  run: (context: BrowserContext, path: string) => Promise<void>
): void => {
  describe(kind, () => {
    let browser: Browser
    let userDataDir: string

    beforeAll(async () => {
      userDataDir = Fs.mkdtempSync(Path.join(Os.tmpdir(), "le-auth-profile-"))
      browser = await launch({ acceptInsecureCerts: true, userDataDir, ...optionsFor[kind](userDataDir) })
    }, 120_000)
    afterAll(async () => {
      await browser?.close()
      Fs.rmSync(userDataDir, { recursive: true, force: true, maxRetries: 10 })
    })

    for (const path of ["/plain", "/effect"]) {
      it(`${title}, with the ${path.slice(1)} entry`, async () => {
        const context = await browser.createBrowserContext()
        await run(context, path)
        await context.close()
      })
    }
  })
}

/** The user says yes to the browser's question, once and for all. A headless browser has no other way to answer it. */
const sayYes = async (page: Page) => {
  const session = await page.createCDPSession()
  await session.send("Browser.setPermission", {
    permission: { name: "storage-access" },
    setting: "granted",
    origin: workspaceOrigin,
    embeddedOrigin: application.origin,
    browserContextId: page.browserContext().id!
  })
}

/** The page in its frame in the workspace. */
const open = async (context: BrowserContext, path: string): Promise<Frame> => {
  const page = await context.newPage()
  await page.goto(workspaceOrigin + path)
  // The frame moves to another process on its way to the other site.
  const frame = await until("the frame", async () =>
    page.frames().find((each) => each.url().startsWith(application.origin))
  )
  await state(frame)
  return frame
}

/** Clicks, and waits until the page says something that passes; it may look who is signed in meanwhile. */
const click = async (frame: Frame, id: string, ...tags: ReadonlyArray<string>): Promise<State> => {
  await frame.evaluate(() => {
    const line = document.querySelector("#state")!
    line.textContent = ""
    const said: Array<string> = []
    new MutationObserver(() => said.push(line.textContent)).observe(line, { childList: true })
    Object.assign(globalThis, { said })
  })
  await pressInFrame(frame, `#${id}`)
  return until(`${tags.join(" or ")} after ${id}`, async () => {
    const said = await frame.evaluate(() => (globalThis as unknown as { said: Array<string> }).said)
    const found = said.filter((text) => text !== "").map((text) => JSON.parse(text) as State)
    const expected = found.find(({ _tag }) => tags.includes(_tag))
    if (expected === undefined) throw new Error(`It said: ${said.join(" ")}`)
    return expected
  })
}

const logIn = async (window: Page): Promise<void> => {
  await at(window, `${application.sentinelOrigin}/*`)
  await window.type("#username", "agent@example.com")
  await window.type("#password", "agent")
  await press(window, "button[type=submit]")
  await until("the end of the window", async () => (window.isClosed() ? true : undefined))
}

/** The way out: a sign-in in a window, to its end. */
const signInInWindow = async (frame: Frame): Promise<State> => {
  // Headless, every page believes that it has the focus, also with a window in front of it.
  const focus = (has: boolean) => frame.evaluate((value) => void (document.hasFocus = () => value), has)
  await focus(false)
  const context = frame.page().browserContext()
  const before = await context.pages()
  const [after] = await Promise.all([
    click(frame, "popup", "SignedIn", "NoPopup"),
    until("a window", async () => (await context.pages()).find((page) => !before.includes(page)))
      .then(logIn)
      .then(() => focus(true))
  ])
  return after
}

const subjectOf = ({ session }: State) => session?.["subject"]

// One kind after the other: both use the one application, where a sign-out in one browser is noticed in the other.
for (const browser of browsers) {
  describe(`in ${browser.name}`, { timeout: 120_000 }, () => {
    if (browser.name === "Firefox") {
      inEachFrame(
        browser,
        "firefox",
        "A10, B9: where Firefox keeps them apart, says so, and the user allows them after the window",
        async (context, path) => {
          const frame = await open(context, path)
          assert.strictEqual((await click(frame, "cookies", "CookiesKeptBack", "CookiesArrive")).reason, "Partitioned")
          await signInInWindow(frame)
          assert.strictEqual(subjectOf(await click(frame, "allow", "CookiesKeptBack", "SignedIn")), "3552833710")
        }
      )
      return
    }
    inEachFrame(
      browser,
      "allowed",
      "B9: where its cookies are allowed, a sign-in in a window signs the frame in",
      async (context, path) => {
        const frame = await open(context, path)
        assert.strictEqual((await click(frame, "cookies", "CookiesArrive"))._tag, "CookiesArrive")
        assert.strictEqual(subjectOf(await signInInWindow(frame)), "3552833710")
        assert.strictEqual(subjectOf(await click(frame, "refresh", "SignedIn")), "3552833710")
        await click(frame, "sign-out", "SignedOut")
      }
    )
    inEachFrame(
      browser,
      "partitioned",
      "A10, B9: where they are kept apart, says so; the user allows them after the window, and need not do so again",
      async (context, path) => {
        const frame = await open(context, path)
        assert.strictEqual((await click(frame, "sign-in", "NotRedirected")).reason, "Framed")
        const kept = await click(frame, "cookies", "CookiesKeptBack", "CookiesArrive")
        assert.strictEqual(kept.reason, "Partitioned")
        assert.include(kept.message, "popup")

        const after = await signInInWindow(frame)
        assert.strictEqual(after.reason, "Framed")
        assert.include(after.message, "allowCookies")

        await sayYes(frame.page())
        assert.strictEqual(subjectOf(await click(frame, "allow", "CookiesKeptBack", "SignedIn")), "3552833710")
        await click(frame, "cookies", "CookiesArrive")

        // Another page of the workspace, and no click.
        const again = await open(context, path)
        assert.strictEqual(subjectOf(await state(again, ({ _tag }) => _tag === "SignedIn")), "3552833710")
        await click(again, "sign-out", "SignedOut")
        await click(frame, "session", "SignedOut")
      }
    )
    inEachFrame(
      browser,
      "blocked",
      "B9: where the frame has no cookies at all, says so, and what to do",
      async (context, path) => {
        const frame = await open(context, path)
        assert.strictEqual((await click(frame, "cookies", "CookiesKeptBack", "CookiesArrive")).reason, "Blocked")
        assert.strictEqual((await signInInWindow(frame)).reason, "Framed")
        const kept = await click(frame, "allow", "CookiesKeptBack", "SignedIn")
        assert.strictEqual(kept.reason, "Blocked")
        assert.include(kept.message, "tab of its own")
        // Which is the way that remains.
        const own = await context.newPage()
        await own.goto(application.origin + path)
        assert.strictEqual(subjectOf(await state(own)), "3552833710")
      }
    )
  })
}
