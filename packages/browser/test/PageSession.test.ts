import { assert, describe, it } from "@effect/vitest"
import * as PageSession from "@le-auth/browser/PageSession"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { afterEach, vi } from "vitest"
import { json, left, open, view } from "../../page/test/FakePage.ts"

afterEach(() => void vi.unstubAllGlobals())

const live = Effect.provide(PageSession.layerWith({ paths: { session: "/me" } }))

describe("PageSession", () => {
  it.effect("current gives the session, or none", () => {
    const page = open("https://app.example/")
    return Effect.gen(function* () {
      assert.isTrue(Option.isNone(yield* PageSession.current))
      page.answer = () => json(view)
      assert.strictEqual(Option.getOrThrow(yield* PageSession.current).subject, view.subject)
      page.answer = () => json({ signedIn: true })
      const error = yield* Effect.flip(PageSession.current)
      assert.strictEqual(error.reason, "BadAnswer")
      assert.strictEqual(page.requests[0]!.url, "https://app.example/me")
    }).pipe(live)
  })

  it.effect("F5: refresh gives the session, or says that it ended", () => {
    const page = open("https://app.example/")
    page.answer = () => json(view)
    return Effect.gen(function* () {
      assert.strictEqual((yield* PageSession.refresh).accountId, view.accountId)
      page.answer = () => json({ error: "SessionEnded", message: "Over." }, 401)
      const error = yield* Effect.flip(PageSession.refresh)
      assert.isTrue(error._tag === "PageNotSignedIn" && error.reason === "Ended")
    }).pipe(live)
  })

  it.effect("G6: signOut is of this application, signOutEverywhere of all", () => {
    const page = open("https://app.example/")
    page.answer = left
    return Effect.gen(function* () {
      yield* PageSession.signOut
      yield* PageSession.signOutEverywhere
      assert.deepStrictEqual(page.journal, [
        "POST https://app.example/sign-out",
        "POST https://app.example/sign-out/everywhere"
      ])
    }).pipe(live)
  })

  it.effect("G5: says when only this application let go, and when nothing happened", () => {
    const page = open("https://app.example/")
    page.answer = ({ init }) =>
      init.method === "GET" ? json({ signedIn: false }) : json({ error: "TokenError", message: "No." }, 503)
    return Effect.gen(function* () {
      const here = yield* Effect.flip(PageSession.signOutEverywhere)
      assert.strictEqual(here._tag, "OnlySignedOutHere")
      page.answer = () => json({ error: "StoreError", message: "No." }, 503)
      const both = [yield* Effect.flip(PageSession.signOutEverywhere), yield* Effect.flip(PageSession.signOut)]
      for (const error of both) assert.isTrue(error._tag === "BackendUnavailable" && error.isTransient)
    }).pipe(live)
  })

  it("H5: a secret does not compile", () => {
    // @ts-expect-error a page has no client secret
    PageSession.layerWith({ clientSecret: "s" })
    // @ts-expect-error nor a refresh token
    PageSession.layerWith({ refreshToken: "t" })
  })
})
