import { assert, describe, it } from "@effect/vitest"
import * as AppInstallations from "@le-auth/core/AppInstallations"
import { ClientId, RedirectUri, Subject } from "@le-auth/core/Identifiers"
import * as Seal from "@le-auth/core/Seal"
import { Generation, Session, SessionKey } from "@le-auth/core/Session"
import { SessionStore } from "@le-auth/core/SessionStore"
import type { Transaction } from "@le-auth/core/Transaction"
import { TransactionStore } from "@le-auth/core/TransactionStore"
import { BrowserSessions } from "@le-auth/web/BrowserSessions"
import * as Stateless from "@le-auth/web/Stateless"
import * as WebApplication from "@le-auth/web/WebApplication"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { inspect } from "node:util"
import { account, installation, otherAccount, sentinelOrigin } from "../../core/test/ScriptedSentinel.ts"
import { sealKeys } from "./Application.ts"
import { answerOf, type CookieJar, inRequest } from "./InRequest.ts"

const stores = (options: Parameters<typeof Stateless.layerWith>[0] = {}, ...keys: ReadonlyArray<string>) =>
  Stateless.layerWith(options).pipe(
    Layer.provide(sealKeys(...(keys.length === 0 ? ["a"] : keys))),
    Layer.provide(WebApplication.layer),
    Layer.provide(AppInstallations.layer(installation)),
    Layer.orDie
  )

const id = "a".repeat(43)
const record = (text = "planted-state"): Transaction => ({
  accountId: account,
  clientId: installation.clientId,
  sentinel: sentinelOrigin,
  redirectUri: RedirectUri.make("https://app.example/callback"),
  applicationState: { text },
  deadline: 1
})
const put = (id: string, transaction = record()) =>
  TransactionStore.use((store) => store.put(id, transaction, Duration.minutes(20)))
const take = (id: string) => TransactionStore.use((store) => store.take(id))

const key = new SessionKey({ accountId: account, clientId: ClientId.make("client"), subject: Subject.make("7") })
/**
 * A session whose token has this number of characters. The number is also its time of renewal and names its generation.
 */
const session = (length = 20, of = key) =>
  new Session({
    key: of,
    generation: Generation.make(`-${length}_${of.accountId}`.padEnd(22, "g").slice(0, 22)),
    renewedAt: length,
    accessToken: Redacted.make("planted-access-".padEnd(length, "x")),
    refreshToken: Redacted.make("planted-refresh"),
    signedInAt: 0,
    refreshAt: 2,
    expiresAt: 3
  })
const set = (session: Session, over: Generation | "any" = "any") =>
  SessionStore.use((store) => store.set(session, over))
const remove = (only: Generation | "any") => SessionStore.use((store) => store.remove(key, only))
const get = (of = key) => SessionStore.use((store) => store.get(of))
const tokenOf = (found: Option.Option<Session>) => Redacted.value(Option.getOrThrow(found).accessToken)

/** Changes one character of each value that a browser holds. */
const tampered = (browser: CookieJar): CookieJar =>
  new Map(
    Array.from(browser, ([name, value]) => [
      name,
      value.slice(0, -4) + (value.at(-4) === "A" ? "B" : "A") + value.slice(-3)
    ])
  )

describe("CookieTransactionStore", () => {
  it.effect("B7, B8: the record comes back whole, once, and the cookie shows nothing of it", () =>
    Effect.gen(function* () {
      const browser: CookieJar = new Map()
      yield* inRequest(browser, put(id))
      assert.strictEqual(browser.size, 1)
      assert.notInclude(inspect(browser), "planted")
      const copy = new Map(browser)
      const taken = Option.getOrThrow(yield* inRequest(browser, take(id)))
      assert.deepStrictEqual(taken, record())
      assert.strictEqual(browser.size, 0)
      assert.isTrue(Option.isNone(yield* inRequest(copy, take(id))))
    }).pipe(Effect.provide(stores()))
  )

  it.effect("B3: of 50 parallel takes one gets it", () =>
    Effect.gen(function* () {
      const browser: CookieJar = new Map()
      yield* inRequest(browser, put(id))
      const all = yield* Effect.all(
        Array.from({ length: 50 }, () => inRequest(new Map(browser), take(id))),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(all.filter(Option.isSome).length, 1)
    }).pipe(Effect.provide(stores()))
  )

  it.effect("B3: a second process takes it again, as documented: there the code is what is used once", () =>
    Effect.gen(function* () {
      const browser: CookieJar = new Map()
      yield* inRequest(browser, put(id)).pipe(Effect.provide(stores()))
      const copy = new Map(browser)
      assert.isTrue(Option.isSome(yield* inRequest(browser, take(id)).pipe(Effect.provide(stores()))))
      assert.isTrue(Option.isSome(yield* inRequest(copy, take(id)).pipe(Effect.provide(stores()))))
    })
  )

  it.effect("B4: the deadline is the server's, whatever the browser keeps", () =>
    Effect.gen(function* () {
      const browser: CookieJar = new Map()
      yield* inRequest(browser, put(id))
      yield* TestClock.adjust("20 minutes")
      const longer = new Map(Array.from(browser, ([name, value]) => [name, value.replace(/^[^.]+/, "zzzzzzzz")]))
      assert.isTrue(Option.isNone(yield* inRequest(longer, take(id))))
      assert.isTrue(Option.isNone(yield* inRequest(browser, take(id))))
    }).pipe(Effect.provide(stores()))
  )

  it.effect("B5, B8: changed, moved to another id, or sealed with another key, it is none; the right one stays", () =>
    Effect.gen(function* () {
      const browser: CookieJar = new Map()
      yield* inRequest(browser, put(id))
      const other = id.slice(0, 12) + "b".repeat(31)
      assert.isTrue(Option.isNone(yield* inRequest(new Map(browser), take(other))))
      assert.isTrue(Option.isNone(yield* inRequest(tampered(browser), take(id))))
      assert.isTrue(
        Option.isNone(yield* inRequest(new Map(browser), take(id)).pipe(Effect.provide(stores({}, "lost"))))
      )
      for (const garbage of ["", ".", "1.", "zz.1.AAAAAAAA.AAAA", "%ff", "x".repeat(5000)]) {
        const cookies = new Map(Array.from(browser, ([name]) => [name, garbage]))
        assert.isTrue(Option.isNone(yield* inRequest(cookies, take(id))))
      }
      assert.isTrue(Option.isSome(yield* inRequest(browser, take(id)).pipe(Effect.provide(stores({}, "new", "a")))))
    }).pipe(Effect.provide(stores()))
  )

  it.effect("B6: several are open at once, and the oldest go first", () =>
    Effect.gen(function* () {
      const browser: CookieJar = new Map()
      const ids = Array.from("abcdefgh", (letter) => letter.repeat(43))
      for (const id of ids) {
        yield* inRequest(browser, put(id))
        yield* TestClock.adjust("1 second")
      }
      assert.strictEqual(browser.size, 4)
      const open = yield* Effect.forEach(ids, (id) => inRequest(browser, take(id)))
      assert.deepStrictEqual(
        open.map(Option.isSome),
        ids.map((_, index) => index >= 4)
      )
    }).pipe(Effect.provide(stores()))
  )

  it.effect("what does not fit into a cookie is refused with what to do", () =>
    Effect.gen(function* () {
      const browser: CookieJar = new Map()
      const error = yield* Effect.flip(inRequest(browser, put(id, record("planted-state".padEnd(4000, "x")))))
      assert.strictEqual(error._tag, "StoreError")
      assert.match(error.message, /sign-in cookie cannot keep \d+ characters in the browser, 3800 at most\. Keep less/)
      assert.notInclude(inspect(error, { depth: null }), "planted")
      assert.strictEqual(browser.size, 0)
    }).pipe(Effect.provide(stores()))
  )

  it.effect("outside of a request there is no browser: an error, not a silent loss", () =>
    Effect.gen(function* () {
      assert.match((yield* Effect.flip(put(id))).message, /put outside of a request/)
      const list = SessionStore.use((store) => store.list(account))
      const removed = remove("any")
      for (const [operation, effect] of Object.entries({ get: get(), set: set(session()), remove: removed, list })) {
        const { message } = yield* Effect.flip(Effect.asVoid(effect as typeof removed))
        assert.include(message, `${operation} outside of a request`)
      }
    }).pipe(Effect.provide(stores()))
  )
})

describe("CookieSessionStore", () => {
  it.effect("H6, H7: a session comes back under its own key only, and its cookies show nothing of it", () =>
    Effect.gen(function* () {
      const browser: CookieJar = new Map()
      yield* inRequest(browser, set(session()))
      assert.notInclude(inspect(browser), "planted")
      assert.notInclude(inspect(browser), account)
      assert.strictEqual(tokenOf(yield* inRequest(browser, get())), Redacted.value(session().accessToken))
      for (const other of [
        new SessionKey({ ...key, accountId: otherAccount }),
        new SessionKey({ ...key, clientId: ClientId.make("other") }),
        new SessionKey({ ...key, subject: Subject.make("8") })
      ]) {
        assert.isTrue(Option.isNone(yield* inRequest(browser, get(other))))
      }
      const list = SessionStore.use((store) => store.list(account))
      assert.deepStrictEqual((yield* inRequest(browser, list)).map(String), [key.toString()])
      const listOther = SessionStore.use((store) => store.list(otherAccount))
      assert.deepStrictEqual(yield* inRequest(browser, listOther), [])
      assert.deepStrictEqual(yield* inRequest(new Map<string, string>(), list), [])
    }).pipe(Effect.provide(stores()))
  )

  it.effect("what was set is read back in the same request", () =>
    Effect.gen(function* () {
      const found = yield* inRequest(new Map<string, string>(), Effect.andThen(set(session()), get()))
      assert.isTrue(Option.isSome(found))
    }).pipe(Effect.provide(stores()))
  )

  it.effect("a long session travels in pieces below 4,096 bytes, and leaves none behind", () =>
    Effect.gen(function* () {
      const browser: CookieJar = new Map()
      yield* inRequest(browser, set(session(4500)))
      assert.strictEqual(browser.size, 2)
      for (const [name, value] of browser) assert.isBelow(name.length + value.length + 100, 4096)
      assert.strictEqual(tokenOf(yield* inRequest(browser, get())).length, 4500)
      const torn = new Map([...browser].slice(0, 1))
      assert.isTrue(Option.isNone(yield* inRequest(torn, get())))
      const stale = new Map(browser)
      yield* inRequest(browser, set(session(20)))
      assert.strictEqual(browser.size, 1)
      for (const [name, value] of browser) stale.set(name.replace(/-0$/, "-1"), value)
      // A piece that was left over does no harm.
      const left = new Map([...stale, ...browser])
      assert.strictEqual(tokenOf(yield* inRequest(left, get())).length, 20)
    }).pipe(Effect.provide(stores()))
  )

  it.effect("what does not fit is refused with what to do, and nothing is kept", () =>
    Effect.gen(function* () {
      const browser: CookieJar = new Map()
      const error = yield* Effect.flip(inRequest(browser, set(session(9000))))
      assert.match(error.message, /session cookie cannot keep \d+ characters in the browser, 7600 at most/)
      assert.strictEqual(error.operation, "set")
      assert.strictEqual(browser.size, 0)
    }).pipe(Effect.provide(stores()))
  )

  it.effect("H8: changed, of a lost key, or garbage: no session, and the cookies go", () =>
    Effect.gen(function* () {
      const browser: CookieJar = new Map()
      yield* inRequest(browser, set(session()))
      const bad = tampered(browser)
      assert.isTrue(Option.isNone(yield* inRequest(bad, get())))
      assert.strictEqual(bad.size, 0)
      assert.isTrue(Option.isNone(yield* inRequest(new Map(browser), get()).pipe(Effect.provide(stores({}, "lost")))))
      for (const garbage of ["", "1.", "99.x", "2.1.AAAAAAAA.AAAA", "0.1.AAAAAAAA.AAAA"]) {
        assert.isTrue(Option.isNone(yield* inRequest(new Map(Array.from(browser, ([name]) => [name, garbage])), get())))
      }
      assert.isTrue(Option.isSome(yield* inRequest(browser, get()).pipe(Effect.provide(stores({}, "new", "a")))))
    }).pipe(Effect.provide(stores()))
  )

  it.effect("F4: a request with the cookies of before gets what the session became, in this process", () =>
    Effect.gen(function* () {
      const browser: CookieJar = new Map()
      yield* inRequest(browser, set(session()))
      const onTheirWay = new Map(browser)
      yield* inRequest(browser, set(session(30)))
      assert.strictEqual(tokenOf(yield* inRequest(onTheirWay, get())).length, 30)
      // Also after more than one step.
      const late = new Map<string, string>()
      yield* inRequest(late, set(session(40)))
      const first = new Map(late)
      yield* inRequest(late, set(session(41)))
      yield* inRequest(late, set(session(42)))
      assert.strictEqual(tokenOf(yield* inRequest(first, get())).length, 42)
      // And the browser has them now, in case the other answer was lost.
      assert.deepStrictEqual(onTheirWay, browser)
      const another = new Map(browser)
      yield* inRequest(browser, remove("any"))
      assert.strictEqual(browser.size, 0)
      assert.isTrue(Option.isNone(yield* inRequest(another, get())))
    }).pipe(Effect.provide(stores()))
  )

  it.effect("H7: a session is not a successor of another's, whose place it took", () =>
    Effect.gen(function* () {
      const browser: CookieJar = new Map()
      yield* inRequest(browser, set(session()))
      const before = new Map(browser)
      const other = new SessionKey({ ...key, accountId: otherAccount })
      yield* inRequest(browser, Effect.andThen(set(session(20, other)), set(session(30, other))))
      assert.strictEqual(tokenOf(yield* inRequest(browser, get(other))).length, 30)
      assert.isTrue(Option.isSome(yield* inRequest(before, get())))
    }).pipe(Effect.provide(stores()))
  )

  it.effect("F4: sixteen steps are followed, from what was sent to what it became", () =>
    Effect.gen(function* () {
      const browser: CookieJar = new Map()
      yield* inRequest(browser, set(session(20)))
      const first = new Map(browser)
      for (let step = 1; step <= 18; step++) yield* inRequest(browser, set(session(20 + step)))
      assert.strictEqual(tokenOf(yield* inRequest(new Map(first), get())).length, 36)
    }).pipe(Effect.provide(stores()))
  )

  it.effect("F4: what a session became is remembered for five minutes", () =>
    Effect.gen(function* () {
      const browser: CookieJar = new Map()
      yield* inRequest(browser, set(session(20)))
      const before = new Map(browser)
      yield* inRequest(browser, set(session(30)))
      yield* TestClock.adjust("299999 millis")
      assert.strictEqual(tokenOf(yield* inRequest(new Map(before), get())).length, 30)
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(tokenOf(yield* inRequest(new Map(before), get())).length, 20)
    }).pipe(Effect.provide(stores()))
  )

  it.effect("F4: six minutes after a refresh the old cookie counts for what it is, and not before", () =>
    Effect.gen(function* () {
      const browser: CookieJar = new Map()
      yield* inRequest(browser, set(session(20)))
      const old = new Map(browser)
      yield* inRequest(browser, set(session(30), session(20).generation))
      yield* TestClock.adjust("4 minutes")
      assert.strictEqual(tokenOf(yield* inRequest(new Map(old), get())).length, 30)
      assert.isFalse(yield* inRequest(new Map(old), set(session(40), session(20).generation)))
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual(tokenOf(yield* inRequest(new Map(old), get())).length, 20)
      assert.isTrue(yield* inRequest(new Map(old), set(session(40), session(20).generation)))
    }).pipe(Effect.provide(stores()))
  )

  it.effect("F4: in every order of two answers, of one process or of two, what was received stays in the browser", () =>
    Effect.gen(function* () {
      type Process = Layer.Layer<SessionStore>
      const build = Effect.map(
        Layer.build(Layer.fresh(stores())),
        (context) => Layer.succeedContext(context) as Process
      )
      const before = session(20)
      /** What a process does with a refresh: it keeps what came, or ends the session if the token was refused. */
      const refreshes = {
        received: (length: number) => set(session(length), before.generation),
        refused: () => remove(before.generation)
      }
      for (const isOne of [true, false]) {
        for (const [first, last] of [
          ["received", "refused"],
          ["refused", "received"],
          ["received", "received"]
        ] as const) {
          for (const order of [
            [0, 1],
            [1, 0]
          ] as const) {
            const one = yield* build
            const second = isOne ? one : yield* build
            const browser: CookieJar = new Map()
            // Signed in at a third process, so that nothing is known of the session.
            yield* inRequest(browser, set(before)).pipe(Effect.provide(stores()))
            const sent = new Map(browser)
            // Both requests carry the same cookies; the answers come in either order.
            const answers = [
              yield* answerOf(sent, refreshes[first](30)).pipe(Effect.provide(one)),
              yield* answerOf(sent, refreshes[last](40)).pipe(Effect.provide(second))
            ]
            const did = answers.map(({ exit }) => Exit.getSuccess(exit).pipe(Option.getOrThrow))
            for (const index of order) answers[index]!.apply(browser)
            const why = `${first}, ${last}, ${isOne ? "one process" : "two"}, answers ${order.join()}: ${did.join()}`
            // In one process the second finds what the first did; two do not know of each other.
            assert.deepStrictEqual(did, isOne ? [true, false] : [true, true], why)
            const hasReceived = (first === "received" && did[0] === true) || (last === "received" && did[1] === true)
            const found = yield* inRequest(browser, get()).pipe(Effect.provide(stores()))
            assert.strictEqual(Option.isSome(found), hasReceived, why)
            if (!hasReceived) continue
            const newest = last === "received" && did[1] === true ? 40 : 30
            assert.strictEqual(tokenOf(found).length, newest, why)
            // Whichever lost is gone from the browser.
            assert.strictEqual(browser.size, 1, why)
          }
        }
      }
    }).pipe(Effect.scoped)
  )

  it.effect("F4: cookies of before generations go on, are set over, and go with what replaces them", () =>
    Effect.gen(function* () {
      const browser: CookieJar = new Map()
      const old = JSON.stringify({ key, accessToken: "old", signedInAt: 0, refreshAt: 2, expiresAt: 3 })
      const text = yield* Seal.seal(old, "session cookie").pipe(Effect.provide(sealKeys("a")))
      browser.set("__Host-le-auth-data-0-0", `1.${text}`)
      const sent = new Map(browser)
      const found = yield* inRequest(browser, get())
      assert.strictEqual(tokenOf(found), "old")
      assert.strictEqual(Option.getOrThrow(found).generation, "")
      assert.isTrue(yield* inRequest(browser, set(session(30), Generation.make(""))))
      assert.deepStrictEqual([...browser.keys()], [`__Host-le-auth-data-0-${session(30).generation.slice(0, 6)}-0`])
      // One that was on its way gets it, too, and cannot be set over any more.
      assert.isFalse(yield* inRequest(sent, set(session(40), Generation.make(""))))
      assert.deepStrictEqual(sent, browser)
    }).pipe(Effect.provide(stores()))
  )

  it.effect("F4: sessions of two browsers of one user, of before generations, do not become each other", () =>
    Effect.gen(function* () {
      const legacy = (token: string) => {
        const text = JSON.stringify({ key, accessToken: token, signedInAt: 0, refreshAt: 2, expiresAt: 3 })
        return Effect.map(
          Effect.provide(Seal.seal(text, "session cookie"), sealKeys("a")),
          (text): CookieJar => new Map([["__Host-le-auth-data-0-0", `1.${text}`]])
        )
      }
      const [one, other] = [yield* legacy("one"), yield* legacy("other")]
      assert.isTrue(yield* inRequest(one, set(session(30), Generation.make(""))))
      assert.strictEqual(tokenOf(yield* inRequest(other, get())), "other")
    }).pipe(Effect.provide(stores()))
  )

  it.effect("F4: of 32 writes at one moment over the same tokens one counts", () =>
    Effect.gen(function* () {
      const browser: CookieJar = new Map()
      yield* inRequest(browser, set(session(20)))
      // Beside another session, which takes time to open.
      yield* inRequest(browser, set(session(20, new SessionKey({ ...key, accountId: otherAccount }))))
      const over = session(20).generation
      const did = yield* Effect.all(
        Array.from({ length: 32 }, (_, index) => inRequest(new Map(browser), set(session(30 + index), over))),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(did.filter(Boolean), [true])
    }).pipe(Effect.provide(stores({ maximumSessions: 2 })))
  )

  it.effect("F4: what was so before is the newest again once it is set again, also after it was removed", () =>
    Effect.gen(function* () {
      const browser: CookieJar = new Map()
      yield* inRequest(browser, set(session(20)))
      yield* inRequest(browser, set(session(30)))
      const between = new Map(browser)
      yield* inRequest(browser, set(session(20)))
      for (const jar of [browser, between]) assert.strictEqual(tokenOf(yield* inRequest(jar, get())).length, 20)
      yield* inRequest(browser, remove("any"))
      yield* inRequest(browser, set(session(20)))
      assert.isTrue(Option.isSome(yield* inRequest(browser, get())))
    }).pipe(Effect.provide(stores()))
  )

  it.effect("F4, C13: a session comes once more to a browser that has none, and to no other", () =>
    Effect.gen(function* () {
      const mine = session(20)
      const again = set(mine, mine.generation)
      const browser: CookieJar = new Map()
      yield* inRequest(browser, set(mine))
      const empty: CookieJar = new Map()
      assert.isFalse(yield* inRequest(empty, set(mine, session(30).generation)))
      assert.strictEqual(empty.size, 0)
      assert.isTrue(yield* inRequest(empty, again))
      assert.strictEqual(tokenOf(yield* inRequest(empty, get())).length, 20)
      // Another process gave this browser a newer one, of which this process knows nothing.
      yield* inRequest(browser, set(session(30))).pipe(Effect.provide(stores()))
      assert.isFalse(yield* inRequest(browser, again))
      assert.strictEqual(tokenOf(yield* inRequest(browser, get())).length, 30)
    }).pipe(Effect.provide(stores()))
  )

  it.effect("a session may have exactly as many characters as it may have", () =>
    Effect.gen(function* () {
      const browser: CookieJar = new Map()
      yield* inRequest(browser, set(session())).pipe(Effect.provide(stores()))
      const [value] = browser.values()
      // Without the number of pieces in front.
      const length = value!.length - "1.".length
      const keeps = (maximumSize: number) =>
        Effect.exit(inRequest(new Map(), set(session())).pipe(Effect.provide(stores({ maximumSize }))))
      assert.isTrue(Exit.isSuccess(yield* keeps(length)))
      assert.isTrue(Exit.isFailure(yield* keeps(length - 1)))
    })
  )

  it.effect("cookies that only look like pieces of a session are left alone, and nothing is written for them", () =>
    Effect.gen(function* () {
      const browser: CookieJar = new Map()
      yield* inRequest(browser, set(session()))
      for (const other of ["longer-than-a-mark-0", "0x", "x-0"])
        browser.set(`__Host-le-auth-data-0-${other}`, "planted")
      const { apply } = yield* answerOf(browser, get())
      const answered: CookieJar = new Map()
      apply(answered)
      assert.strictEqual(answered.size, 0)
    }).pipe(Effect.provide(stores()))
  )

  it.effect("a place with a piece that is left over is free, and cleared with what it gets", () =>
    Effect.gen(function* () {
      const browser: CookieJar = new Map()
      const other = new SessionKey({ ...key, accountId: otherAccount })
      yield* inRequest(browser, set(session()))
      const leftOver = "__Host-le-auth-data-1-abcdef-10"
      browser.set(leftOver, "planted")
      yield* inRequest(browser, set(session(20, other)))
      assert.isFalse(browser.has(leftOver))
      for (const each of [key, other]) assert.isTrue(Option.isSome(yield* inRequest(browser, get(each))))
    }).pipe(Effect.provide(stores({ maximumSessions: 2 })))
  )

  it.effect("a session ends with maxAge after the sign-in, whatever the browser keeps", () =>
    Effect.gen(function* () {
      const browser: CookieJar = new Map()
      yield* inRequest(browser, set(session()))
      yield* TestClock.adjust("1 hour")
      assert.isTrue(Option.isNone(yield* inRequest(browser, get())))
    }).pipe(Effect.provide(stores({ maxAge: "1 hour" })))
  )

  it.effect("one browser holds one session, or as many as were asked for", () =>
    Effect.gen(function* () {
      const other = new SessionKey({ ...key, accountId: otherAccount })
      const both = (of: Parameters<typeof Stateless.layerWith>[0]) =>
        Effect.gen(function* () {
          const browser: CookieJar = new Map()
          yield* inRequest(browser, set(session()))
          yield* inRequest(browser, set(session(20, other)))
          return [yield* inRequest(browser, get()), yield* inRequest(browser, get(other))].map(Option.isSome)
        }).pipe(Effect.provide(stores(of)))
      assert.deepStrictEqual(yield* both({}), [false, true])
      assert.deepStrictEqual(yield* both({ maximumSessions: 2 }), [true, true])
    })
  )
})

describe("CookieBrowserSessions", () => {
  it.effect("H6: the identifier is the sealed key of the session, new each time, with its end inside", () =>
    Effect.gen(function* () {
      const sessions = yield* BrowserSessions
      const identifier = Redacted.value(yield* sessions.create(key))
      assert.notInclude(identifier, account)
      assert.notStrictEqual(Redacted.value(yield* sessions.create(key)), identifier)
      assert.deepStrictEqual(yield* sessions.find(identifier), Option.some(key))
      assert.deepStrictEqual(yield* sessions.find("planted-by-somebody"), Option.none())
      // It cannot be taken back, as documented.
      yield* sessions.remove(identifier)
      assert.isTrue(Option.isSome(yield* sessions.find(identifier)))
      yield* TestClock.adjust("30 days")
      assert.isTrue(Option.isNone(yield* sessions.find(identifier)))
    }).pipe(Effect.provide(stores()))
  )
})
