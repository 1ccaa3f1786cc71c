import { assert, describe, it } from "@effect/vitest"
import * as PageSession from "@le-auth/browser/PageSession"
import * as SessionChanges from "@le-auth/browser/SessionChanges"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { afterEach, vi } from "vitest"
import { json, open, view } from "../../page/test/FakePage.ts"

afterEach(() => void vi.unstubAllGlobals())

/** Another tab signs in. */
const announce = () => {
  const channel = new BroadcastChannel("le-auth")
  // eslint-disable-next-line unicorn/require-post-message-target-origin -- a channel reaches its own origin only
  channel.postMessage("changed")
  channel.close()
}

describe("the tabs of an application", () => {
  it.live("share the session as a stream, and every value is the backend's", () =>
    Effect.gen(function* () {
      const page = open("https://app.example/inbox")
      vi.stubGlobal("document", new EventTarget())
      page.answer = () => {
        if (page.requests.length === 1) setTimeout(announce, 0)
        return page.requests.length === 1 ? json({ signedIn: false }) : json(view)
      }
      const sessions = yield* SessionChanges.changes.pipe(Stream.take(2), Stream.runCollect)
      assert.deepStrictEqual(
        Array.from(sessions, (session) => Option.getOrUndefined(session)?.subject),
        [undefined, view.subject]
      )
      assert.strictEqual(page.listeners.size, 0)
    }).pipe(Effect.provide(PageSession.layer))
  )
})
