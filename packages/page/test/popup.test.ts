import { assert, describe, it } from "@effect/vitest"
import { onChange, popup, type PopupResult, refresh, signOut } from "@le-auth/page"
import { afterEach, beforeEach, vi } from "vitest"
import { type FakePage, json, left, open, view } from "./FakePage.ts"

let page: FakePage
let opened: { closed: boolean; opener: unknown; readonly visited: Array<string> } | null
let hasFocus: boolean
const documentEvents = new EventTarget()

beforeEach(() => {
  page = open("https://app.example/inbox")
  opened = { closed: false, opener: "the page", visited: [] }
  hasFocus = true
  vi.stubGlobal("document", {
    visibilityState: "visible",
    hasFocus: () => hasFocus,
    addEventListener: documentEvents.addEventListener.bind(documentEvents),
    removeEventListener: documentEvents.removeEventListener.bind(documentEvents)
  })
  vi.stubGlobal("window", {
    top: { location: page.location },
    open: () =>
      opened && {
        ...opened,
        get closed() {
          return opened?.closed
        },
        set opener(value: unknown) {
          opened!.opener = value
        },
        close: () => (opened!.closed = true),
        location: { replace: (url: URL) => void opened!.visited.push(url.href) }
      }
  })
})

afterEach(() => void vi.unstubAllGlobals())

/** What the page at the end of the window says. */
const say = (message: unknown) => {
  const channel = new BroadcastChannel("le-auth")
  // eslint-disable-next-line unicorn/require-post-message-target-origin -- a channel reaches its own origin only
  channel.postMessage(message)
  channel.close()
}

const numberOf = (address: string | undefined): string | null =>
  new URL(new URL(address ?? "").searchParams.get("returnTo") ?? "", "https://app.example").searchParams.get("window")

describe("popup", () => {
  it("opens the login in a window without an opener, and gives the session when the window is done", async () => {
    page.answer = () => json(view)
    const result = popup({ account: "12345678", paths: { login: "/sign/in" } })
    assert.isNull(opened?.opener)
    const [address] = opened?.visited ?? []
    assert.match(address ?? "", /^https:\/\/app\.example\/sign\/in\?returnTo=%2Fsign%2Fin%2Fdone.*&account=12345678$/)
    // Nothing is asked before the window with this very number is done.
    say("changed")
    say(crypto.randomUUID())
    await new Promise((resolve) => void setTimeout(resolve, 50))
    assert.deepStrictEqual(page.requests, [])
    say(numberOf(address))
    assert.deepStrictEqual((await result)._tag, "SignedIn")
    assert.deepStrictEqual(page.journal, ["GET https://app.example/auth/session"])
  })

  it("a made-up message signs no user in: the backend decides", async () => {
    const result = popup()
    say(numberOf(opened?.visited[0]))
    assert.deepInclude(await result, { _tag: "NoPopup", reason: "Closed" })
  })

  it("a window that looks closed is one only when the user is back", async () => {
    vi.useFakeTimers()
    try {
      const results: Array<PopupResult> = []
      void popup().then((value) => void results.push(value))
      opened!.closed = true
      hasFocus = false
      await vi.advanceTimersByTimeAsync(60_000)
      assert.deepStrictEqual(results, [])
      hasFocus = true
      await vi.advanceTimersByTimeAsync(2000)
      assert.deepInclude(results[0], { _tag: "NoPopup", reason: "Closed" })
    } finally {
      vi.useRealTimers()
    }
  })

  it("without a window goes by redirect, or says so", async () => {
    opened = null
    assert.deepInclude(await popup({ blocked: "report" }), { _tag: "NoPopup", reason: "Blocked" })
    assert.deepStrictEqual(page.visited, [])
    assert.strictEqual((await popup())._tag, "Redirecting")
    assert.lengthOf(page.visited, 1)
  })

  it("an account that is none opens nothing, and a signal closes the window", async () => {
    assert.deepInclude(await popup({ account: "../x" }), { _tag: "NotRedirected", reason: "BadAccount" })
    assert.deepStrictEqual(opened?.visited, [])
    const controller = new AbortController()
    const result = popup({ signal: controller.signal })
    controller.abort()
    assert.deepInclude(await result, { _tag: "Unavailable", reason: "Aborted" })
    assert.isTrue(opened?.closed)
  })

  it("H5: a secret does not compile", () => {
    // @ts-expect-error a page has no client secret
    void (() => popup({ clientSecret: "s" }))
  })
})

describe("several tabs", () => {
  it("F3: that refresh at once ask the backend to do so once", async () => {
    page.answer = ({ init }) =>
      new Promise((resolve) => setTimeout(resolve, init.method === "POST" ? 50 : 0, json(view)))
    const results = await Promise.all([refresh(), refresh(), refresh()])
    assert.deepStrictEqual(new Set(results.map(({ _tag }) => _tag)), new Set(["SignedIn"]))
    assert.deepStrictEqual(
      page.requests.map(({ init }) => init.method),
      ["POST", "GET", "GET"]
    )
    // Later, it is asked again.
    await refresh()
    assert.strictEqual(page.requests.at(-1)?.init.method, "POST")
  })

  it("wait no longer for a tab that was frozen than for an answer", async () => {
    page.answer = () => json(view)
    let thaw: (() => void) | undefined
    const frozen = navigator.locks.request(
      "le-auth /auth/session/refresh",
      () => new Promise<void>((resolve) => (thaw = resolve))
    )
    await new Promise((resolve) => void setTimeout(resolve, 10))
    assert.strictEqual((await refresh({ timeout: 50 }))._tag, "SignedIn")
    assert.deepStrictEqual(page.journal, ["GET https://app.example/auth/session"])
    thaw?.()
    await frozen
  })

  it("who gives up while another tab refreshes gets no session", async () => {
    page.answer = () => new Promise((resolve) => setTimeout(resolve, 50, json(view)))
    const controller = new AbortController()
    const [first, second] = [refresh(), refresh({ signal: controller.signal })]
    setTimeout(() => controller.abort(), 10)
    assert.deepInclude(await second, { _tag: "Unavailable", reason: "Aborted" })
    assert.strictEqual((await first)._tag, "SignedIn")
  })

  it("hear of a sign-out, and of a page that is shown again", async () => {
    page.answer = left
    let changes = 0
    let heard: (() => void) | undefined
    const first = new Promise<void>((resolve) => (heard = resolve))
    const end = onChange(() => {
      changes++
      heard?.()
    })
    await signOut()
    await first
    assert.strictEqual(changes, 1)
    page.show(true)
    page.show(false)
    documentEvents.dispatchEvent(new Event("visibilitychange"))
    assert.strictEqual(changes, 3)
    end()
    documentEvents.dispatchEvent(new Event("visibilitychange"))
    assert.strictEqual(changes, 3)
    assert.strictEqual(page.listeners.size, 0)
  })
})
