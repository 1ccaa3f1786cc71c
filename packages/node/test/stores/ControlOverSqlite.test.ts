/** The control and the inspector's page over SQLite: two Sentinels on one database, and what a restart leaves. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { AccountId } from "@le-auth/core/Identifiers"
import * as NodeCrypto from "@le-auth/node/NodeCrypto"
import * as Control from "@le-auth/sentinel/Control"
import * as ControlClient from "@le-auth/sentinel/ControlClient"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as SentinelStoreSql from "@le-auth/sentinel/SentinelStoreSql"
import * as StoreInspectionSql from "@le-auth/sentinel/StoreInspectionSql"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Duration from "effect/Duration"
import type { Browser } from "playwright-core"
import { launch } from "../../../../tools/chromium.ts"
import * as InspectedSentinel from "../../../sentinel/test/inspector/InspectedSentinel.ts"
import { sqliteFile } from "../SqliteFile.ts"
import { sqlClient } from "./Engines.ts"

const services = (file: string) =>
  Control.layerOver(
    SentinelConfig.development(),
    Layer.merge(SentinelStoreSql.layer, StoreInspectionSql.layer).pipe(Layer.provide(sqlClient(`sqlite:${file}`)))
  ).pipe(Layer.provideMerge(Layer.merge(NodeCrypto.layerServer, Logger.layer([]))))

let browser: Browser
beforeAll(async () => void (browser = await launch()))
afterAll(() => browser?.close())

const signIn = (at: InspectedSentinel.Addresses, state: string) =>
  Effect.promise(() => InspectedSentinel.signIn(browser, at, state))
const exchange = (at: InspectedSentinel.Addresses, code: string) =>
  Effect.promise(() =>
    InspectedSentinel.token(at, { grant_type: "authorization_code", code, redirect_uri: InspectedSentinel.redirectUri })
  )
const refresh = (at: InspectedSentinel.Addresses, refresh_token: string | undefined) =>
  Effect.promise(() =>
    InspectedSentinel.token(at, { grant_type: "refresh_token", refresh_token: refresh_token ?? "none" })
  )
const inspecting = (
  at: InspectedSentinel.Addresses,
  work: Parameters<typeof InspectedSentinel.inspecting>[2]
): Effect.Effect<void> => Effect.promise(() => InspectedSentinel.inspecting(browser, at, work))
const controlOf = ({ inspector }: InspectedSentinel.Addresses) =>
  Effect.flatMap(Layer.build(NodeHttpClient.layerUndici), (client) =>
    Effect.provideContext(ControlClient.make(inspector), client)
  )

describe("the control over SQLite", () => {
  it.live(
    "its page says why a code was refused, signs a user out and moves the clock",
    () =>
      Effect.gen(function* () {
        const at = yield* InspectedSentinel.listen(services(yield* sqliteFile))
        const code = yield* signIn(at, "why")
        const first = yield* exchange(at, code)
        const clocked = yield* exchange(at, yield* signIn(at, "clock"))
        yield* inspecting(at, async (page) => {
          await InspectedSentinel.token(at, {
            grant_type: "authorization_code",
            code,
            redirect_uri: InspectedSentinel.redirectUri
          })
          const refused = page.locator("#lines a.entry", { hasText: "invalid_grant" }).first()
          await refused.getByText("it was used before").waitFor()
          await page.getByLabel("Its text").fill(code)
          await page.getByRole("button", { name: "Explain" }).click()
          await page.locator("#explanation", { hasText: "cannot be used: it was used before" }).waitFor()

          // The second use of the code has revoked the first family, and the other one lives.
          await page.goto(`${at.inspector}/users?chosen=12345678/3552833710`)
          await page.getByText("alive", { exact: true }).waitFor()
          await page.getByText("revoked", { exact: true }).waitFor()
          const ends = page.getByRole("button", { name: /^End session/ })
          assert.strictEqual(await ends.count(), 2)
          await ends.last().click()
          await page.locator("#question-yes").click()
          await ends.nth(1).waitFor({ state: "detached" })

          await page.goto(`${at.inspector}/clock`)
          await page.getByLabel("By", { exact: true }).fill("31 days")
          await page
            .getByRole("form", { name: "Advance by a duration" })
            .getByRole("button", { name: "Advance" })
            .click()
          await page.getByText("It is 31 d ahead of the real time.").waitFor()
          await page.goto(`${at.inspector}/users?chosen=12345678/3552833710`)
          await page.getByText("They are not signed in.").waitFor()
        })
        assert.strictEqual((yield* refresh(at, first.answer["refresh_token"])).answer["error"], "invalid_grant")
        assert.strictEqual((yield* refresh(at, clocked.answer["refresh_token"])).answer["error"], "invalid_grant")
        const control = yield* controlOf(at)
        const [last] = yield* control.journal.read({ query: { limit: 1 } })
        assert.match(last?.reason ?? "", /^refresh token: its session reached its full age/)

        // Only what began by the clock that is ahead lives by it.
        const later = yield* exchange(at, yield* signIn(at, "ahead"))
        assert.strictEqual((yield* refresh(at, later.answer["refresh_token"])).response.status, 200)
        yield* control.clock.advance({ payload: { by: Duration.days(2) } })
        const late = yield* control.sessions.list({ query: { alive: "true" } })
        assert.strictEqual(late.total, 0)
      }),
    60_000
  )

  it.live(
    "what one node is told is so for the other, and after a restart; its journal is its own",
    () =>
      Effect.gen(function* () {
        const file = yield* sqliteFile
        const scope = yield* Scope.make()
        const one = yield* Scope.provide(InspectedSentinel.listen(services(file)), scope)
        const two = yield* InspectedSentinel.listen(services(file))
        const [first, second] = [yield* controlOf(one), yield* controlOf(two)]
        const code = yield* signIn(one, "one")
        const { answer } = yield* exchange(two, code)
        assert.strictEqual((yield* second.sessions.list({ query: { alive: "true" } })).total, 1)
        assert.lengthOf(yield* second.journal.read({ query: { about: "authorize" } }), 0)
        assert.isAbove((yield* first.journal.read({ query: { about: "authorize" } })).length, 0)

        yield* second.state.save({ params: { name: "signed-in" } })
        const document = yield* second.state.take()
        assert.notInclude(JSON.stringify(document), code)
        const accountId = AccountId.make("12345678")
        yield* first.accounts.endUserSessions({ params: { accountId, userId: "3552833710" } })
        const refused = yield* second.journal.explain({ payload: { secret: Redacted.make(answer["refresh_token"]!) } })
        assert.match(refused.reason ?? "", /^its session was ended/)
        yield* second.state.restore({ params: { name: "signed-in" } })
        assert.strictEqual((yield* refresh(one, answer["refresh_token"])).response.status, 200)

        yield* Scope.close(scope, Exit.void)
        const again = yield* InspectedSentinel.listen(services(file))
        const third = yield* controlOf(again)
        assert.strictEqual((yield* third.sessions.list({ query: { alive: "true" } })).total, 1)
        const used = yield* third.journal.explain({ payload: { secret: Redacted.make(code) } })
        assert.match(used.reason ?? "", /^it was used before/)
        yield* third.state.reset()
        const forgotten = yield* second.journal.explain({ payload: { secret: Redacted.make(code) } })
        assert.strictEqual(forgotten.kind, "unknown")
        assert.strictEqual((yield* second.sessions.families({ query: {} })).total, 0)
      }),
    60_000
  )
})
