import { assert, describe, it } from "@effect/vitest"
import type { Filter } from "@le-auth/sentinel/JournalEntry"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import { Snapshot } from "../../src/internal/control/Snapshot.ts"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import * as Harness from "../Harness.ts"
import {
  account,
  agent,
  answerOf,
  application,
  authorizePath,
  browser,
  callback,
  clientId,
  isAlive,
  wholeInstallation
} from "../Harness.ts"
import { signedIn, start } from "./ControlHarness.ts"

const userId = "3552833710"

describe("clock", () => {
  it.effect("jumps ahead for codes, sessions and tokens, on top of the clock of the test, and never back", () =>
    Effect.gen(function* () {
      const { app, control, sentinel, tokens, user } = yield* signedIn()
      const code = answerOf(yield* user.send(authorizePath())).get("code")!
      yield* control.clock.advance(Duration.seconds(30))
      yield* TestClock.adjust("29999 millis")
      assert.strictEqual((yield* app.exchange(code)).status, 200)
      const late = answerOf(yield* user.send(authorizePath())).get("code")!
      yield* control.clock.advance(Duration.seconds(60))
      assert.strictEqual((yield* app.exchange(late)).json["error"], "invalid_grant")
      assert.isNotNull(answerOf(yield* user.send(authorizePath())).get("code"))

      yield* control.clock.advance(Duration.hours(8))
      assert.isNull(answerOf(yield* user.send(authorizePath())).get("code"))
      assert.strictEqual((yield* app.refresh(tokens["refresh_token"])).json["error"], "invalid_grant")
      const users = `/api/account/${account}/configuration/le-users/users/${userId}?v=6.0`
      const headers = { authorization: `Bearer ${tokens["access_token"]}` }
      assert.strictEqual((yield* sentinel.fetch(users, { headers })).status, 401)

      const { now } = yield* control.clock.state
      assert.strictEqual(now, 29_999 + 30_000 + 60_000 + 8 * 3_600_000)
      assert.strictEqual((yield* control.clock.advanceTo(now + 1)).now, now + 1)
      assert.strictEqual((yield* Effect.flip(control.clock.advanceTo(now)))._tag, "ClockGoesForward")
    })
  )
})

describe("journal", () => {
  const refused = Effect.fnUntraced(function* (
    act: (started: Effect.Success<ReturnType<typeof signedIn>>) => Effect.Effect<unknown, unknown>
  ) {
    const started = yield* signedIn({ points: { refreshTokens: "rotate" } })
    yield* act(started)
    const [entry] = yield* started.control.journal.read({ limit: 1 })
    return entry!
  })
  const fresh = (user: ReturnType<typeof browser>, more?: Readonly<Record<string, string>>) =>
    Effect.map(user.send(authorizePath(more)), (response) => answerOf(response).get("code")!)

  const reasons: ReadonlyArray<
    readonly [string, (started: Effect.Success<ReturnType<typeof signedIn>>) => Effect.Effect<unknown, unknown>, RegExp]
  > = [
    ["an unknown code", ({ app }) => app.exchange("x"), /^code: it is unknown/],
    [
      "a code that was used",
      ({ app, code }) => app.exchange(code),
      /^code: it was used before, just now, at 1970-01-01/
    ],
    [
      "an expired code",
      ({ app, user }) =>
        Effect.gen(function* () {
          const code = yield* fresh(user)
          yield* TestClock.adjust("63 seconds")
          yield* app.exchange(code)
        }),
      /^code: it expired 3s ago, at 1970-01-01T00:01:00.000Z$/
    ],
    [
      "another client's code",
      ({ sentinel, user }) =>
        Effect.flatMap(fresh(user), (code) =>
          application(sentinel, { client_id: Harness.manyClientId, client_secret: Harness.secret }).exchange(code)
        ),
      new RegExp(`^code: it was issued to client ${clientId}, not to ${Harness.manyClientId}$`)
    ],
    [
      "two redirect URIs",
      ({ app, user }) =>
        Effect.flatMap(fresh(user, { redirect_uri: callback }), (code) =>
          app.exchange(code, { redirect_uri: "https://x/" })
        ),
      /^code: redirect_uri differs: "https:\/\/app.example\/cb" at the authorization request, "https:\/\/x\/" now$/
    ],
    [
      "a revoked family",
      ({ app, code, tokens }) =>
        Effect.gen(function* () {
          yield* app.exchange(code)
          yield* TestClock.adjust("5 seconds")
          yield* app.refresh(tokens["refresh_token"])
        }),
      /^refresh token: its token family was revoked 5s ago/
    ],
    [
      "an ended session",
      ({ app, control, tokens }) =>
        Effect.andThen(control.sessions.endUser(account, userId), app.refresh(tokens["refresh_token"])),
      /^refresh token: its session was ended just now/
    ],
    [
      "an idle session",
      ({ app, tokens }) => Effect.andThen(TestClock.adjust("9 hours"), app.refresh(tokens["refresh_token"])),
      /^refresh token: its session was not used for too long and expired 1h ago$/
    ],
    [
      "a refresh token that was used",
      ({ app, tokens }) =>
        Effect.gen(function* () {
          yield* app.refresh(tokens["refresh_token"])
          yield* TestClock.adjust("1 minute")
          yield* app.refresh(tokens["refresh_token"])
        }),
      /^refresh token: it was used before, 1m ago/
    ],
    ["a wrong client secret", ({ app }) => app.exchange("x", { client_secret: "wrong" }), /wrong secret/],
    [
      "a redirect URI that is not registered",
      ({ user }) => user.send(authorizePath({ redirect_uri: "https://app.example/cb/" })),
      /^redirect_uri "https:\/\/app.example\/cb\/" is not registered; these are: "https:\/\/app.example\/cb"$/
    ],
    [
      "an unknown client",
      ({ user }) => user.send(authorizePath({ client_id: "nobody" })),
      /^account 12345678 has no installation "nobody"$/
    ],
    [
      "a wrong password",
      ({ sentinel }) => browser(sentinel).signIn(authorizePath(), { ...agent, password: "no" }),
      /^the password of user 3552833710 is wrong$/
    ],
    [
      "a disabled user",
      ({ sentinel }) => browser(sentinel).signIn(authorizePath(), { username: "gone@example.com", password: "gone" }),
      /^user 3552833712 is disabled$/
    ]
  ]
  for (const [what, act, reason] of reasons) {
    it.effect(`says why: ${what}`, () =>
      Effect.gen(function* () {
        assert.match((yield* refused(act)).reason ?? "", reason)
      })
    )
  }

  it.effect("R53, R64: what an RFC forbids and is let through is a warning of its entry, without a secret", () =>
    Effect.gen(function* () {
      const { app, control, sentinel, tokens } = yield* signedIn()
      yield* app.refresh(tokens["refresh_token"])
      yield* app.refresh(tokens["refresh_token"])
      const body = Harness.search({
        client_id: Harness.clientId,
        client_secret: Harness.secret,
        grant_type: "refresh_token"
      })
      const authorization = `Basic ${btoa(`${Harness.clientId}:${Harness.secret}`)}`
      const headers = { authorization, "content-type": "application/x-www-form-urlencoded" }
      yield* sentinel.fetch(Harness.tokenPath(), { method: "POST", body, headers })
      const query = Harness.search({ client_id: Harness.serviceClientId, client_secret: Harness.secret })
      const path = `/sentinel/api/account/12345678/app/token?v=1.0&grant_type=client_credentials&${query}`
      yield* sentinel.fetch(path, { method: "POST" })
      const entries = yield* control.journal.read({ limit: 4 })
      assert.deepStrictEqual(
        entries.map(({ warnings }) => warnings.map((warning) => /\w+=\w+/.exec(warning)?.[0])),
        [[], ["refreshTokens=rotate"], ["sameCredentialsTwice=false"], ["appTokenSecretInQuery=false"]]
      )
      for (const text of [JSON.stringify(entries), sentinel.lines.join()]) {
        assert.notInclude(text, Harness.secret)
        assert.notInclude(text, query)
        assert.notInclude(text, tokens["refresh_token"]!)
      }
    })
  )

  it.effect("a code can be followed from its issue to its redemption, and its tokens from there", () =>
    Effect.gen(function* () {
      const { app, control, tokens } = yield* signedIn()
      yield* app.refresh(tokens["refresh_token"])
      const entries = yield* control.journal.read()
      const steps = entries.flatMap(({ steps }) => steps)
      const issued = steps.find(({ what }) => what === "code issued")!
      const about = yield* control.journal.read({ about: issued.code! })
      assert.deepStrictEqual(
        about.map(({ outcome, route }) => [route, outcome]),
        [
          ["login", "code"],
          ["token", "ok"]
        ]
      )
      const family = yield* control.journal.read({ about: issued.family! })
      assert.lengthOf(family, 3)
      assert.deepStrictEqual(
        entries.map(({ kind, sequence }) => [kind, sequence]),
        entries.map((_, index) => ["request", index + 1])
      )
    })
  )

  it.effect(
    "R38: has no code, token, cookie, secret or password in it; and the request id of the error page, R94",
    () =>
      Effect.gen(function* () {
        const { app, code, control, sentinel, tokens, user } = yield* signedIn()
        yield* app.refresh(tokens["refresh_token"])
        yield* app.exchange(code, { client_secret: "planted-secret" })
        yield* app.revoke(tokens["refresh_token"])
        const shown = yield* sentinel.fetch(authorizePath({ client_id: "nobody", state: "planted-state" }))
        const entries = yield* control.journal.read()
        const printed = JSON.stringify(entries) + JSON.stringify(yield* control.state.take)
        const secrets = [code, tokens["access_token"]!, tokens["refresh_token"]!, ...user.jar.values()]
        for (const text of [...secrets, Harness.secret, "planted-secret", "planted-state", "pässwörd"]) {
          assert.notInclude(printed, text)
        }
        assert.strictEqual(entries.at(-1)?.requestId, shown.headers.get("x-request-id") ?? "")
      })
  )

  it.effect("keeps the last ones only, and can be followed without a gap", () =>
    Effect.gen(function* () {
      const { control, fetch } = yield* start({ journal: 3 })
      const ask = fetch("/sentinel/well-known/jwks")
      yield* Effect.all([ask, ask, ask, ask, ask])
      assert.deepStrictEqual(
        (yield* control.journal.read()).map(({ sequence }) => sequence),
        [3, 4, 5]
      )
      const following = yield* Effect.forkChild(
        Stream.runCollect(Stream.take(control.journal.follow({ after: 4 }), 3)),
        { startImmediately: true }
      )
      yield* Effect.all([ask, ask])
      assert.deepStrictEqual(
        (yield* Fiber.join(following)).map(({ sequence }) => sequence),
        [5, 6, 7]
      )
      yield* control.journal.clear
      assert.lengthOf(yield* control.journal.read(), 0)
      yield* ask
      assert.lengthOf(yield* control.journal.read(), 1)
    })
  )

  it.effect("is filtered by text, outcome, application and route, and by any of them together", () =>
    Effect.gen(function* () {
      const { control, fetch } = yield* start()
      yield* fetch(authorizePath({ client_id: "unknown" }))
      yield* fetch("/sentinel/well-known/jwks")
      yield* fetch("/nowhere/At-All")
      yield* control.clock.advance(Duration.minutes(1))
      const routes = (filter: Filter) =>
        Effect.map(control.journal.read(filter), (entries) => entries.map(({ route }) => route ?? "control"))
      assert.deepStrictEqual(yield* routes({}), ["authorize", "keys", "other", "control"])
      assert.deepStrictEqual(yield* routes({ route: "keys" }), ["keys"])
      assert.deepStrictEqual(yield* routes({ route: "control" }), ["control"])
      assert.deepStrictEqual(yield* routes({ outcome: "ok" }), ["keys"])
      assert.deepStrictEqual(yield* routes({ outcome: "refused" }), ["authorize", "other"])
      assert.deepStrictEqual(yield* routes({ text: "at-all" }), ["other"])
      assert.deepStrictEqual(yield* routes({ text: "CLOCK ADVANCED" }), ["control"])
      assert.deepStrictEqual(yield* routes({ text: "JWKS", outcome: "refused" }), [])
      assert.deepStrictEqual(yield* routes({ application: "unknown" }), [])
      assert.deepStrictEqual(yield* routes({ before: 3 }), ["authorize", "keys"])
      assert.deepStrictEqual(yield* routes({ before: 4, limit: 2 }), ["keys", "other"])
      assert.deepStrictEqual(yield* routes({ limit: 0 }), [])
    })
  )

  it.effect("gives the same entries for each filter as a look at all of them", () =>
    Effect.gen(function* () {
      const { control, fetch } = yield* start({ journal: 5 })
      const paths = ["/sentinel/well-known/jwks", "/nowhere", "/sentinel/well-known/jwks", "/elsewhere"]
      yield* Effect.forEach([...paths, ...paths], (path) => fetch(path))
      const all = yield* control.journal.read()
      for (const [after, before, limit] of [
        [0, 99, 9],
        [5, 8, 9],
        [4, 7, 1],
        [0, 6, 2]
      ] as const) {
        const found = yield* control.journal.read({ after, before, limit, outcome: "refused" })
        const expected = all.filter(
          ({ outcome, sequence }) => sequence > after && sequence < before && outcome !== "ok"
        )
        assert.deepStrictEqual(found, expected.slice(-limit))
      }
    })
  )

  it.effect("explains a code and a token that somebody has in hand, and uses nothing", () =>
    Effect.gen(function* () {
      const { app, control, user } = yield* signedIn()
      const code = yield* fresh(user)
      const before = yield* control.explain(Redacted.make(code))
      assert.deepStrictEqual([before.kind, before.isUsable, before.client], ["code", true, clientId])
      const { json } = yield* app.exchange(code)
      assert.match((yield* control.explain(Redacted.make(code))).reason!, /^it was used before/)
      assert.strictEqual((yield* control.explain(Redacted.make(json["refresh_token"]!))).kind, "refresh-token")
      assert.strictEqual((yield* control.explain(Redacted.make("x"))).kind, "unknown")
    })
  )
})

describe("accounts", () => {
  it.effect("R70: a disabled user loses session and tokens, and gets new ones when they are enabled", () =>
    Effect.gen(function* () {
      const { app, control, sentinel, tokens, user } = yield* signedIn()
      yield* control.accounts.changeUser(account, userId, { enabled: false })
      assert.strictEqual((yield* app.refresh(tokens["refresh_token"])).json["error"], "invalid_grant")
      assert.isFalse(yield* isAlive(sentinel, tokens["access_token"]))
      assert.strictEqual((yield* browser(sentinel).signIn()).status, 400)
      yield* control.accounts.changeUser(account, userId, { enabled: true })
      assert.isNull(answerOf(yield* user.send(authorizePath())).get("code"))
      assert.isFalse(yield* isAlive(sentinel, tokens["access_token"]))
      assert.isNotNull(answerOf(yield* user.signIn()).get("code"))
    })
  )

  it.effect("R70: an uninstalled application has no tokens anymore, and others keep theirs", () =>
    Effect.gen(function* () {
      const { app, control, sentinel, tokens, user } = yield* signedIn()
      const other = application(sentinel, { client_id: Harness.manyClientId, client_secret: Harness.secret })
      const path = authorizePath({ client_id: Harness.manyClientId, redirect_uri: Harness.queryCallback })
      const code = answerOf(yield* user.send(path)).get("code")!
      const others = (yield* other.exchange(code, { redirect_uri: Harness.queryCallback })).json
      yield* control.accounts.changeInstallation(account, clientId, { enabled: false })
      assert.strictEqual((yield* app.refresh(tokens["refresh_token"])).json["error"], "invalid_client")
      assert.isFalse(yield* isAlive(sentinel, tokens["access_token"]))
      yield* control.accounts.changeInstallation(account, clientId, { enabled: true })
      assert.strictEqual((yield* app.refresh(tokens["refresh_token"])).json["error"], "invalid_grant")
      assert.isTrue(yield* isAlive(sentinel, others["access_token"]))
      assert.strictEqual((yield* other.refresh(others["refresh_token"])).status, 200)
    })
  )

  it.effect("users and applications come, change and go", () =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      const { accounts } = sentinel.control
      const [{ users }] = (yield* SentinelConfig.fromUnknown({
        accounts: [{ id: "1", users: [{ id: "7", email: "new@example.com", password: "new" }], installations: [] }]
      })).accounts
      yield* accounts.addUser(account, users[0]!)
      const someone = { username: "New@example.com", password: "new" }
      assert.isNotNull(answerOf(yield* browser(sentinel).signIn(authorizePath(), someone)).get("code"))
      yield* accounts.changeUser(account, "7", { password: Redacted.make("newer") })
      assert.strictEqual((yield* browser(sentinel).signIn(authorizePath(), someone)).status, 400)
      yield* accounts.removeUser(account, "7")
      assert.strictEqual((yield* Effect.flip(accounts.removeUser(account, "7")))._tag, "NotThere")
      yield* accounts.changeInstallation(account, clientId, { redirect_uris: ["https://other.example/cb"] })
      assert.strictEqual((yield* sentinel.fetch(authorizePath({ redirect_uri: callback }))).status, 400)
      yield* accounts.removeInstallation(account, clientId)
      assert.strictEqual((yield* sentinel.fetch(authorizePath())).status, 401)
    })
  )

  it.effect("K1: all members of an installation document are there after an addition, a change, and a dump", () =>
    Effect.gen(function* () {
      const { control } = yield* start()
      const { accounts, state } = control
      const { client_secret: _, ...document } = wholeInstallation
      const installed = Effect.map(accounts.list, (all) =>
        all[0]!.installations.find(({ client_id }) => client_id === document.client_id)
      )
      yield* accounts.addInstallation(account, Schema.decodeUnknownSync(SentinelConfig.Installation)(wholeInstallation))
      assert.deepStrictEqual((yield* installed) as object, document)
      const changes = {
        "display_name#de": "Anders",
        scope: "users.external",
        logo_uri: "https://app.example/other.png",
        quick_launch_enabled: false,
        enabled_for_profiles: []
      }
      yield* accounts.changeInstallation(account, document.client_id, changes)
      assert.deepStrictEqual((yield* installed) as object, { ...document, ...changes })
      const before = yield* state.take
      yield* accounts.removeInstallation(account, document.client_id)
      yield* state.put(before)
      assert.deepStrictEqual((yield* installed) as object, { ...document, ...changes })
    })
  )

  it.effect("R95: a change is checked as the configuration is, with all problems, and nothing changes", () =>
    Effect.gen(function* () {
      const { control } = yield* start()
      const before = yield* control.accounts.list
      const error = yield* Effect.flip(control.accounts.changeUser(account, userId, { email: "admin@example.com" }))
      assert.strictEqual(error.message, "accounts[0].users[1].email: is the same as that of accounts[0].users[0]")
      const empty = yield* Effect.flip(control.accounts.changeInstallation(account, clientId, { redirect_uris: [] }))
      assert.include(empty.message, "needs a redirect URI")
      assert.deepStrictEqual(yield* control.accounts.list, before)
    })
  )

  it.effect("another configuration keeps the sessions of the users in it, and ends the others", () =>
    Effect.gen(function* () {
      const { app, control, sentinel, tokens, user } = yield* signedIn()
      const other = browser(sentinel)
      yield* other.signIn(authorizePath(), Harness.admin)
      const [first, ...rest] = Harness.config.accounts
      const next = yield* SentinelConfig.fromUnknown({
        accounts: [{ ...first, users: first!.users.filter(({ id }) => id !== "3552833711") }, ...rest]
      })
      yield* control.accounts.replace(next)
      assert.strictEqual((yield* app.refresh(tokens["refresh_token"])).status, 200)
      assert.isNotNull(answerOf(yield* user.send(authorizePath())).get("code"))
      assert.isNull(answerOf(yield* other.send(authorizePath())).get("code"))
    })
  )
})

describe("what is wrong with an authorization request", () => {
  it.effect("has a name for programs in the journal, whatever the words for people are", () =>
    Effect.gen(function* () {
      const { control, sentinel } = yield* signedIn()
      for (const [parameters, problem] of [
        [{ client_id: undefined }, "client-id-missing"],
        [{ client_id: "nobody" }, "client-unknown"],
        [{ client_id: Harness.manyClientId }, "redirect-uri-missing"],
        [{ redirect_uri: "https://app.example/cb/" }, "redirect-uri-not-registered"],
        [{ response_type: "token" }, "response-type-wrong"],
        [{ v: "3" }, "version-unknown"],
        [{}, undefined]
      ] as const) {
        yield* sentinel.fetch(authorizePath(parameters))
        const [entry] = yield* control.journal.read({ limit: 1 })
        assert.strictEqual(entry?.problem, problem)
      }
    })
  )
})

describe("state", () => {
  it.effect("a reset is the beginning: configuration, no session, no fault, and the real time", () =>
    Effect.gen(function* () {
      const { app, control, sentinel, tokens, user } = yield* signedIn()
      yield* control.accounts.removeUser(account, "3552833711")
      yield* control.faults.add({ action: { type: "html" } })
      yield* control.clock.advance(Duration.days(1))
      yield* control.state.reset
      assert.strictEqual((yield* control.clock.state).now, 0)
      assert.lengthOf(yield* control.faults.list, 0)
      assert.strictEqual((yield* control.sessions.list()).total, 0)
      assert.strictEqual((yield* app.refresh(tokens["refresh_token"])).json["error"], "invalid_grant")
      assert.isNull(answerOf(yield* user.send(authorizePath())).get("code"))
      assert.isNotNull(answerOf(yield* browser(sentinel).signIn(authorizePath(), Harness.admin)).get("code"))
    })
  )

  it.effect("R85: a pause after wrong passwords does not outlast a reset of a clock that was ahead", () =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      yield* sentinel.control.clock.advance(Duration.hours(8))
      const wrong = { ...agent, password: "no" }
      for (let index = 0; index < 9; index++) yield* Harness.patiently(browser(sentinel).signIn(authorizePath(), wrong))
      assert.strictEqual((yield* browser(sentinel).signIn()).status, 429)
      yield* sentinel.control.state.reset
      assert.isNotNull(answerOf(yield* browser(sentinel).signIn()).get("code"))
    })
  )

  it.effect("a snapshot brings everything back, by its name and as a document, also R40 that a code was used", () =>
    Effect.gen(function* () {
      const { app, code, control, sentinel, tokens, user } = yield* signedIn()
      const fresh = answerOf(yield* user.send(authorizePath())).get("code")!
      yield* control.faults.add({ match: { route: "keys", nth: 2 }, action: { type: "html" } })
      yield* sentinel.fetch("/sentinel/well-known/jwks")
      yield* control.clock.advance(Duration.seconds(10))
      yield* control.state.save("before")
      const document = JSON.stringify(Schema.encodeSync(Snapshot)(yield* control.state.take))

      const change = Effect.gen(function* () {
        assert.strictEqual((yield* app.exchange(fresh)).status, 200)
        yield* control.accounts.changeUser(account, userId, { enabled: false, password: Redacted.make("other") })
        yield* control.faults.clear
        yield* control.clock.advance(Duration.hours(100))
      })
      const check = Effect.gen(function* () {
        assert.strictEqual((yield* control.clock.state).now, 10_000)
        assert.strictEqual(
          (yield* sentinel.fetch("/sentinel/well-known/jwks")).headers.get("x-sentinel-fault"),
          "fault-1"
        )
        assert.isNotNull(answerOf(yield* browser(sentinel).signIn()).get("code"))
        assert.isTrue(yield* isAlive(sentinel, tokens["access_token"]))
      })
      yield* change
      yield* control.state.restore("before")
      yield* check
      yield* change
      yield* control.state.put(yield* Schema.decodeUnknownEffect(Schema.fromJsonString(Snapshot))(document))
      yield* check
      assert.strictEqual((yield* app.exchange(code)).json["error"], "invalid_grant")
      assert.isFalse(yield* isAlive(sentinel, tokens["access_token"]))

      assert.deepStrictEqual(yield* control.state.names, ["before"])
      yield* control.state.forget("before")
      assert.strictEqual((yield* Effect.flip(control.state.restore("before")))._tag, "NotThere")
    })
  )

  it.effect("sessions and token families are listed, and one of them ends alone", () =>
    Effect.gen(function* () {
      const { app, control, sentinel, tokens, user } = yield* signedIn()
      const [family] = (yield* control.sessions.families()).newest
      assert.deepStrictEqual([family?.isAlive, family?.grant.userId], [true, userId])
      yield* control.sessions.revoke(family!.grant.id)
      assert.isFalse(yield* isAlive(sentinel, tokens["access_token"]))
      assert.strictEqual((yield* Effect.flip(control.sessions.revoke(family!.grant.id)))._tag, "NotThere")
      assert.isNotNull(answerOf(yield* user.send(authorizePath())).get("code"))
      const [session] = (yield* control.sessions.list({ alive: true })).newest
      yield* control.sessions.end(session!.session.id)
      assert.isNull(answerOf(yield* user.send(authorizePath())).get("code"))
      assert.strictEqual((yield* control.sessions.list()).newest[0]?.isAlive, false)
      assert.strictEqual((yield* control.sessions.list({ alive: true })).total, 0)
      assert.strictEqual((yield* app.refresh(tokens["refresh_token"])).status, 400)
    })
  )

  it.effect("R62: a new signing key, and the old one stays published", () =>
    Effect.gen(function* () {
      const { control, fetch } = yield* start({ keys: yield* Harness.newKeys })
      const kids = Effect.promise(async () => {
        const { keys } = JSON.parse(await (await Effect.runPromise(fetch("/sentinel/well-known/jwks"))).text()) as {
          readonly keys: ReadonlyArray<{ readonly kid: string }>
        }
        // Each key is there twice.
        return keys.map(({ kid }) => kid).filter((kid) => !kid.startsWith("appjwt-"))
      })
      const [before] = yield* kids
      const kid = yield* control.keys.rotate
      assert.sameMembers([...(yield* kids)], [kid, before!])
    })
  )
})

describe("with nothing armed", () => {
  /** What is random in an answer is longer than any word of ours. */
  const masked = (text: string) => text.replaceAll(/[\w-]{16,}/g, "*")

  const seen = Effect.fnUntraced(function* (response: Response) {
    const headers = [...response.headers].map(([name, value]) => [name, masked(value)])
    return [response.status, headers, masked(yield* Effect.promise(() => response.text()))]
  })

  /** A day in the life of a Sentinel, good requests and bad ones: what it answered. */
  const answers = Effect.fnUntraced(function* (sentinel: Harness.Running) {
    const user = browser(sentinel)
    const app = application(sentinel)
    const all: Array<unknown> = []
    const page = yield* user.open(authorizePath())
    all.push(masked(page.text))
    all.push(yield* seen(yield* user.submit({ ...page.form, ...agent, password: "no" })))
    const signed = yield* user.submit({ ...page.form, ...agent })
    const code = answerOf(signed).get("code")!
    all.push(yield* seen(signed))
    const exchanged = yield* app.exchange(code)
    const refreshed = yield* app.refresh(exchanged.json["refresh_token"])
    const used = yield* app.exchange(code)
    const dead = yield* app.refresh(refreshed.json["refresh_token"])
    const revoked = yield* app.revoke(exchanged.json["refresh_token"])
    for (const { headers, status, text } of [exchanged, refreshed, used, dead, revoked]) {
      all.push([status, [...headers].map(([name, value]) => [name, masked(value)]), masked(text)])
    }
    const token = { method: "POST", body: "grant_type=x" }
    const requests: ReadonlyArray<readonly [string, RequestInit?]> = [
      [authorizePath()],
      [authorizePath({ state: "x" }), { method: "HEAD" }],
      [authorizePath({ response_type: "token" })],
      [authorizePath({ redirect_uri: "https://evil.example/" })],
      [authorizePath({ client_id: "nobody" })],
      [authorizePath({}, "nobody")],
      [authorizePath(), { method: "POST" }],
      [authorizePath(), { method: "OPTIONS" }],
      [Harness.tokenPath(), token],
      [Harness.tokenPath(), { ...token, headers: { "content-type": "text/plain" } }],
      ["/sentinel/well-known/jwks"],
      [`/api/account/${account}/service/baseURI.json`],
      [`/api/account/${account}/configuration/le-users/users/1?v=6.0`],
      ["/nothing"]
    ]
    for (const [path, init] of requests) all.push(yield* seen(yield* user.send(path, init)))
    return all
  })

  it.effect("every answer is that of a Sentinel without control, with the journal and without", () =>
    Effect.gen(function* () {
      const without = yield* answers(yield* Harness.start())
      assert.lengthOf(without, 22)
      assert.deepStrictEqual(yield* answers(yield* start()), without)
      assert.deepStrictEqual(yield* answers(yield* start({ journal: 0 })), without)
    })
  )
})
