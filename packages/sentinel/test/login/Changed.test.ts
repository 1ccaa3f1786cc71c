/** What is changed while somebody signs in: the later state decides, at each step. */
import { assert, describe, it } from "@effect/vitest"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Harness from "../Harness.ts"
import { signedIn, start } from "../control/ControlHarness.ts"

const { account, agent, answerOf, application, authorizePath, browser, callback, clientId, config } = Harness
const userId = "3552833710"
type Control = Effect.Success<ReturnType<typeof start>>["control"]

const changes: ReadonlyArray<
  readonly [
    what: string,
    (control: Control) => Effect.Effect<void, unknown>,
    login: { readonly status: number; readonly error?: string },
    redemption: string
  ]
> = [
  [
    "another redirect URI",
    ({ accounts }) => accounts.changeInstallation(account, clientId, { redirect_uris: ["https://other.example/cb"] }),
    { status: 400 },
    "invalid_grant"
  ],
  [
    "no grant type authorization_code",
    ({ accounts }) => accounts.changeInstallation(account, clientId, { grant_types: ["client_credentials"] }),
    { status: 303, error: "unauthorized_client" },
    "unauthorized_client"
  ],
  [
    "a disabled application",
    ({ accounts }) => accounts.changeInstallation(account, clientId, { enabled: false }),
    { status: 401 },
    "invalid_client"
  ],
  [
    "a disabled user",
    ({ accounts }) => accounts.changeUser(account, userId, { enabled: false }),
    { status: 400 },
    "invalid_grant"
  ]
]

describe("a change while somebody signs in", () => {
  const path = authorizePath({ redirect_uri: callback, state: "s" })

  it.effect.each(changes)("R18, R70: %s counts when the form is sent", ([, change, { error, status }]) =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      const user = browser(sentinel)
      const page = yield* user.open(path)
      yield* change(sentinel.control)
      const answer = yield* user.submit({ ...page.form, ...agent })
      assert.strictEqual(answer.status, status)
      assert.strictEqual(answerOf(answer).get("error") ?? undefined, error)
      assert.isNull(answerOf(answer).get("code"))
      assert.isFalse(user.jar.has(`sentinel-session-${account}`))
    })
  )

  it.effect.each(changes.filter(([what]) => what !== "a disabled user"))(
    "R18, R70: %s counts when the page is shown",
    ([, change, { error, status }]) =>
      Effect.gen(function* () {
        const sentinel = yield* start()
        const user = browser(sentinel)
        const location = (yield* user.send(path)).headers.get("location")!
        yield* change(sentinel.control)
        const answer = yield* user.send(location)
        assert.strictEqual(answer.status, error === undefined ? status : 302)
        assert.strictEqual(answerOf(answer).get("error") ?? undefined, error)
      })
  )

  it.effect("R18, R70: a redirect URI that is taken away while somebody waits for their turn is sent nothing", () =>
    Effect.gen(function* () {
      let isTakenAway = false
      const sentinel = yield* Harness.start({
        directory: (directory) => ({
          ...directory,
          authenticate: (...args) =>
            Effect.tap(directory.authenticate(...args), () => {
              isTakenAway = true
              return Effect.void
            }),
          installation: (...args) =>
            Effect.map(
              directory.installation(...args),
              Option.map((found) => (isTakenAway ? { ...found, redirectUris: ["https://other.example/cb"] } : found))
            )
        })
      })
      const user = browser(sentinel)
      const answer = yield* user.signIn(path)
      assert.strictEqual(answer.status, 400)
      assert.isNull(answer.headers.get("location"))
      assert.isFalse(user.jar.has(`sentinel-session-${account}`))
    })
  )

  /** With a redirect URI, which the token request then repeats, and without. */
  const ways = [
    [path, { redirect_uri: callback }],
    [authorizePath(), {}]
  ] as const

  it.effect.each(changes)("R18, R70: %s counts when the code is redeemed", ([, change, , error]) =>
    Effect.gen(function* () {
      for (const [sentTo, more] of ways) {
        const sentinel = yield* start()
        const code = answerOf(yield* browser(sentinel).signIn(sentTo)).get("code")!
        yield* change(sentinel.control)
        assert.strictEqual((yield* application(sentinel).exchange(code, more)).json["error"], error)
      }
    })
  )

  it.effect("R18: a redirect URI more, and the old one still there, changes nothing for a code", () =>
    Effect.gen(function* () {
      for (const [sentTo, more] of ways) {
        const sentinel = yield* start()
        const code = answerOf(yield* browser(sentinel).signIn(sentTo)).get("code")!
        const redirect_uris = ["https://other.example/cb", callback]
        yield* sentinel.control.accounts.changeInstallation(account, clientId, { redirect_uris })
        assert.strictEqual((yield* application(sentinel).exchange(code, more)).status, 200)
      }
    })
  )
})

describe("a change of what a session rests on", () => {
  const isOver = Effect.fnUntraced(function* ({
    app,
    sentinel,
    tokens,
    user
  }: Effect.Success<ReturnType<typeof signedIn>>) {
    const alive = yield* Harness.isAlive(sentinel, tokens["access_token"])
    const hasSession = answerOf(yield* user.send(authorizePath())).get("code") !== null
    const refreshed = (yield* app.refresh(tokens["refresh_token"])).status === 200
    assert.strictEqual(alive, refreshed)
    return { session: !hasSession, tokens: !alive }
  })
  const configWith = (user: object, installation: object = {}) =>
    // What is undefined is left out.
    SentinelConfig.fromUnknown(
      JSON.parse(
        JSON.stringify({
          accounts: config.accounts.map((one) => ({
            ...one,
            users: one.users.map((known) => (known.id === userId ? { ...known, ...user } : known)),
            installations: one.installations.map((known) =>
              known.client_id === clientId ? { ...known, ...installation } : known
            )
          }))
        })
      )
    )
  const over = { session: true, tokens: true }
  const kept = { session: false, tokens: false }
  const newHash = "$pbkdf2-sha256$i=10$MIIRqgvgQbgj220jfp0MPA$YfwJSVjtjSU0zzV/P3S9nnQ/USre2wvJMjfCIjrTQbg"

  it.effect.each([
    ["another password", { password: Redacted.make("other") }, over],
    ["another password, sessions kept", { password: Redacted.make("other"), keep_sessions: true }, kept],
    ["the same password", { password: Redacted.make("agent") }, kept],
    ["another e-mail address", { email: "new@example.com" }, over],
    ["the same address in another case", { email: "Agent@example.com" }, kept],
    ["another name", { name: "New", is_admin: true }, kept],
    ["disabled, sessions kept", { enabled: false, keep_sessions: true }, over]
  ] as const)("R70: at the control, %s", ([, change, expected]) =>
    Effect.gen(function* () {
      const running = yield* signedIn()
      yield* running.control.accounts.changeUser(account, userId, change)
      assert.deepStrictEqual(yield* isOver(running), expected)
    })
  )

  it.effect.each([
    ["another secret", { client_secret: Redacted.make("other") }, true],
    ["another secret, tokens kept", { client_secret: Redacted.make("other"), keep_sessions: true }, false],
    ["another name", { client_name: "New" }, false]
  ] as const)("R70: at the control, an installation with %s", ([, change, tokens]) =>
    Effect.gen(function* () {
      const { control, sentinel, ...running } = yield* signedIn()
      yield* control.accounts.changeInstallation(account, clientId, change)
      assert.strictEqual(!(yield* Harness.isAlive(sentinel, running.tokens["access_token"])), tokens)
    })
  )

  it.effect.each([
    ["another password", { password: "other" }, {}, over],
    ["a hash of another password", { password: undefined, password_hash: newHash }, {}, over],
    ["another e-mail address", { email: "new@example.com" }, {}, over],
    ["another name", { name: "New" }, {}, kept],
    ["nothing else", {}, {}, kept],
    ["another secret", {}, { client_secret: "other" }, { session: false, tokens: true }]
  ] as const)("R70, R95: in the file, %s", ([, user, installation, expected]) =>
    Effect.gen(function* () {
      const running = yield* signedIn()
      yield* running.control.accounts.replace(yield* configWith(user, installation))
      const app = application(running.sentinel, {
        client_id: clientId,
        client_secret: "client_secret" in installation ? installation.client_secret : Harness.secret
      })
      assert.deepStrictEqual(yield* isOver({ ...running, app }), expected)
    })
  )

  it.effect("R70: a hash of the same password keeps them, and back again", () =>
    Effect.gen(function* () {
      const running = yield* signedIn()
      const { directory } = yield* running.control.state.take
      const hash = directory[0]!.users.find(({ settings }) => settings.id === userId)!.hash
      yield* running.control.accounts.replace(yield* configWith({ password: undefined, password_hash: hash }))
      yield* running.control.accounts.replace(yield* configWith({}))
      assert.deepStrictEqual(yield* isOver(running), kept)
    })
  )
})
