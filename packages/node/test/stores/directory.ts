/** What is demanded of a directory that several nodes share, on every engine. */
import { assert, describe, it } from "@effect/vitest"
import { ClientId } from "@le-auth/core/Identifiers"
import * as Seal from "@le-auth/core/Seal"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { createLocalJWKSet, jwtVerify } from "jose"
import {
  account,
  admin,
  agent,
  answerOf,
  application,
  authorizePath,
  browser,
  clientId,
  config,
  secret,
  wholeInstallation
} from "../../../sentinel/test/Harness.ts"
import { connect, eventually, seal, sealSecret, seen, sentinelNode } from "./sentinelNodes.ts"

type Node = Effect.Success<ReturnType<typeof sentinelNode>>

const agentId = "3552833710"
const newClientId = "77777777-7777-4777-8777-777777777777"
const newCallback = "https://new.example/cb"
const newSecret = "planted-secret-of-a-new-installation"

const installation = (more: Partial<SentinelConfig.Installation> = {}): SentinelConfig.Installation => ({
  client_id: ClientId.make(newClientId),
  client_secret: Redacted.make(newSecret),
  client_name: "New",
  grant_types: ["authorization_code", "refresh_token"],
  redirect_uris: [newCallback],
  enabled: true,
  ...more
})
const user = (id: string, more: Partial<SentinelConfig.User> = {}): SentinelConfig.User => ({
  id,
  email: `${id}@example.com`,
  password: Redacted.make("planted-password-of-a-user"),
  is_admin: false,
  is_lpa: false,
  enabled: true,
  ...more
})
const newApplication = (node: Node) => application(node, { client_id: newClientId, client_secret: newSecret })

const users = (node: Node) => Effect.map(node.list, ([first]) => first!.users.map(({ id }) => id))

export const provesDirectory = (
  engine: string,
  newDatabase: Effect.Effect<string, unknown, Scope.Scope>,
  dumpOf: (url: string) => Effect.Effect<string, unknown, Scope.Scope>
): void => {
  const started = Effect.gen(function* () {
    yield* TestClock.setTime(Date.UTC(2026, 10, 22, 12))
    const url = yield* newDatabase
    return { url, sql: yield* connect(url) }
  })

  describe(`a directory on ${engine}`, () => {
    it.effect("of five nodes that start at once one takes the configuration in, and all know it", () =>
      Effect.gen(function* () {
        const { sql, url } = yield* started
        const nodes = yield* Effect.all(
          Array.from({ length: 5 }, () => sentinelNode(url, config)),
          { concurrency: "unbounded" }
        )
        const versions = yield* sql<{ version: number | bigint }>`SELECT version FROM sentinel_directory`
        assert.deepStrictEqual(
          versions.map(({ version }) => Number(version)),
          [1]
        )
        for (const node of nodes) {
          const code = answerOf(yield* browser(node).signIn()).get("code")
          assert.isNotNull(code)
        }
      })
    )

    it.effect("R62: an installation that is added at one node works at the other, and so do its tokens", () =>
      Effect.gen(function* () {
        const { sql, url } = yield* started
        const [one, other] = [yield* sentinelNode(url, config), yield* sentinelNode(url, config)]
        yield* one.addInstallation(account, installation())
        yield* seen(
          sql,
          Effect.map(other.list, ([first]) => first!.installations.some(({ client_id }) => client_id === newClientId))
        )
        const code = answerOf(
          yield* browser(other).signIn(authorizePath({ client_id: newClientId, redirect_uri: newCallback }))
        ).get("code")!
        const { json, status } = yield* newApplication(one).exchange(code, { redirect_uri: newCallback })
        assert.strictEqual(status, 200)
        assert.strictEqual((yield* newApplication(other).refresh(json["refresh_token"])).status, 200)
        for (const node of [one, other]) {
          const response = yield* node.fetch("/sentinel/well-known/jwks")
          const set = yield* Effect.promise(async () => response.json())
          const currentDate = DateTime.toDateUtc(yield* DateTime.now)
          yield* Effect.promise(() => jwtVerify(json["id_token"]!, createLocalJWKSet(set), { currentDate }))
        }
      })
    )

    it.effect("R100: a service that moves at one node, and a stub, are known at the other, and at a later one", () =>
      Effect.gen(function* () {
        const { sql, url } = yield* started
        const [one, other] = [yield* sentinelNode(url, config), yield* sentinelNode(url, config)]
        const host = (node: Node) =>
          Effect.flatMap(node.fetch(`/api/account/${account}/service/faasGW/baseURI`), (response) =>
            Effect.promise(async () => ((await response.json()) as Record<string, string>)["baseURI"])
          )
        const status = (node: Node) =>
          Effect.map(node.fetch(`/api/account/${account}/things/1`), ({ status }) => status)
        const stub = (text: string) =>
          ({ route: "GET /api/account/{account}/things/{id}", token: "none", status: 299, text }) as const
        yield* one.setService(account, "faasGW", "localhost:7000")
        yield* one.addStub(account, "msgHist", stub("\u2028 'quoted'"))
        yield* seen(
          sql,
          Effect.map(status(other), (status) => status === 299)
        )
        assert.strictEqual(yield* host(other), "localhost:7000")
        const later = yield* sentinelNode(url, config)
        assert.deepStrictEqual([yield* status(later), yield* host(later)], [299, "localhost:7000"])
        yield* later.removeStubs(account, "msgHist")
        yield* seen(
          sql,
          Effect.map(status(one), (status) => status === 404)
        )
        assert.strictEqual(yield* host(one), "localhost:7000")
      })
    )

    it.effect("K1: all members of an installation document that is added at one node are known at the other", () =>
      Effect.gen(function* () {
        const { sql, url } = yield* started
        const [one, other] = [yield* sentinelNode(url, config), yield* sentinelNode(url, config)]
        const { client_secret: _, ...document } = wholeInstallation
        yield* one.addInstallation(account, Schema.decodeUnknownSync(SentinelConfig.Installation)(wholeInstallation))
        const known = Effect.map(other.list, ([first]) =>
          first!.installations.find(({ client_id }) => client_id === document.client_id)
        )
        yield* seen(
          sql,
          Effect.map(known, (found) => found !== undefined)
        )
        assert.deepStrictEqual((yield* known) as object, document)
      })
    )

    it.effect("R76, R81: a sign-in goes on whichever node each of its requests meets, also after a restart", () =>
      Effect.gen(function* () {
        const { url } = yield* started
        const nodes = [yield* sentinelNode(url, config), yield* sentinelNode(url, config)]
        let requests = 0
        const balanced = {
          ...nodes[0]!,
          fetch: (path: string, init?: RequestInit) => nodes[++requests % 2]!.fetch(path, init)
        }
        for (let times = 0; times < 2; times++) {
          const code = answerOf(yield* browser(balanced).signIn()).get("code")!
          const { json } = yield* application(balanced).exchange(code)
          assert.strictEqual((yield* application(balanced).refresh(json["refresh_token"])).status, 200)
          // From now on the other way round.
          yield* balanced.fetch("/sentinel/well-known/jwks")
        }
        const user = browser(balanced)
        const page = yield* user.open(authorizePath())
        nodes.splice(0, 2, yield* sentinelNode(url, config), yield* sentinelNode(url, config))
        const form = { ...page.form, ...agent }
        const [once, twice] = [yield* user.submit(form), yield* user.submit(form)]
        assert.isNotNull(answerOf(once).get("code"))
        assert.strictEqual(answerOf(twice).get("code"), answerOf(once).get("code"))
      })
    )

    it.effect("a redirect URI and a secret that are changed at one node count at the other", () =>
      Effect.gen(function* () {
        const { sql, url } = yield* started
        const [one, other] = [yield* sentinelNode(url, config), yield* sentinelNode(url, config)]
        const [before, after] = ["https://app.example/cb", "https://moved.example/cb"]
        yield* one.changeInstallation(account, clientId, {
          redirect_uris: [after],
          client_secret: Redacted.make(newSecret)
        })
        yield* seen(
          sql,
          Effect.map(other.list, ([first]) => first!.installations.some((one) => one.redirect_uris.includes(after)))
        )
        const refused = yield* browser(other).send(authorizePath({ redirect_uri: before }))
        assert.strictEqual(refused.status, 400)
        assert.isNull(refused.headers.get("location"))
        const code = answerOf(yield* browser(other).signIn(authorizePath({ redirect_uri: after }))).get("code")!
        const more = { redirect_uri: after }
        assert.notStrictEqual((yield* application(other).exchange(code, more)).status, 200, "the old secret")
        const now = application(other, { client_id: clientId, client_secret: newSecret })
        assert.strictEqual((yield* now.exchange(code, more)).status, 200)
      })
    )

    it.effect(
      "R70: a user who is disabled at one node has no session at any, also none that began before the others knew",
      () =>
        Effect.gen(function* () {
          const { sql, url } = yield* started
          const [one, other] = [yield* sentinelNode(url, config), yield* sentinelNode(url, config)]
          const before = browser(other)
          const code = answerOf(yield* before.signIn()).get("code")!
          const { json } = yield* application(one).exchange(code)
          yield* one.changeUser(account, agentId, { enabled: false })
          assert.strictEqual((yield* application(other).refresh(json["refresh_token"])).status, 400)
          assert.isNull(answerOf(yield* before.send(authorizePath())).get("code"))
          assert.isNull(answerOf(yield* browser(one).signIn()).get("code"))
          // The other node does not know yet.
          const late = browser(other)
          assert.isNotNull(answerOf(yield* late.signIn()).get("code"))
          const alive = sql`SELECT id FROM sentinel_session WHERE ended_at IS NULL`
          assert.lengthOf(yield* alive, 1)
          yield* seen(
            sql,
            Effect.map(alive, (rows) => rows.length === 0)
          )
          // The first node ends sessions, too, perhaps before the other one knows.
          const knows = (isEnabled: boolean) =>
            seen(
              sql,
              Effect.map(other.list, ([first]) =>
                first!.users.every(({ enabled, id }) => id !== agentId || enabled === isEnabled)
              )
            )
          yield* knows(false)
          assert.isNull(answerOf(yield* browser(other).signIn()).get("code"))
          yield* one.changeUser(account, agentId, { enabled: true })
          yield* knows(true)
          for (const browser of [before, late])
            assert.isNull(answerOf(yield* browser.send(authorizePath())).get("code"))
          assert.isNotNull(answerOf(yield* browser(other).signIn()).get("code"))
        })
    )

    it.effect(
      "R70: a password that is changed at one node or in the file ends the sessions at all, and no others",
      () =>
        Effect.gen(function* () {
          const { sql, url } = yield* started
          const [one, other] = [yield* sentinelNode(url, config), yield* sentinelNode(url, config)]
          const hasSession = (user: ReturnType<typeof browser>) =>
            Effect.map(user.send(authorizePath()), (response) => answerOf(response).has("code"))
          const admins = browser(one)
          yield* admins.signIn(authorizePath(), admin)
          const named = browser(other)
          yield* named.signIn()
          yield* one.changeUser(account, agentId, { name: "New" })
          const knows = (isSo: (user: { readonly id: string; readonly name?: string }) => boolean) =>
            seen(
              sql,
              Effect.map(other.list, ([first]) => first!.users.some((user) => user.id === agentId && isSo(user)))
            )
          yield* knows(({ name }) => name === "New")
          assert.isTrue(yield* hasSession(named))

          yield* one.changeUser(account, agentId, { name: "Newer", password: Redacted.make("changed") })
          assert.isFalse(yield* hasSession(named))
          // The other node does not know yet, and lets somebody in with the old password.
          const thief = browser(other)
          assert.isNotNull(answerOf(yield* thief.signIn()).get("code"))
          yield* knows(({ name }) => name === "Newer")
          yield* seen(
            sql,
            Effect.map(hasSession(thief), (has) => !has)
          )
          const owner = browser(other)
          yield* owner.signIn(authorizePath(), { ...agent, password: "changed" })
          assert.isTrue(yield* hasSession(owner))

          // A file that was changed while no node ran: the agent has the old password again, the admin the same as
          // before.
          const [first, second] = config.accounts
          yield* sentinelNode(url, { accounts: [{ ...first!, name: "Another brand" }, second!] })
          assert.isTrue(yield* hasSession(admins))
          assert.isFalse(yield* hasSession(owner))
        })
    )

    it.effect("changes at two nodes at the same time are all kept, and the same user comes once", () =>
      Effect.gen(function* () {
        const { sql, url } = yield* started
        const [one, other] = [yield* sentinelNode(url, config), yield* sentinelNode(url, config)]
        const ids = Array.from({ length: 6 }, (_, index) => `new-${index}`)
        yield* Effect.forEach(ids, (id, index) => (index % 2 === 0 ? one : other).addUser(account, user(id)), {
          concurrency: "unbounded"
        })
        const outcomes = yield* Effect.forEach(
          [one, other],
          (node) => Effect.result(node.addUser(account, user("twice"))),
          { concurrency: "unbounded" }
        )
        assert.sameMembers(
          outcomes.map((outcome) => (outcome._tag === "Success" ? "added" : outcome.failure._tag)),
          ["added", "InvalidChange"]
        )
        const restarted = yield* sentinelNode(url, config)
        assert.includeMembers([...(yield* users(restarted))], [...ids, "twice"])
        for (const node of [one, other]) {
          yield* seen(
            sql,
            Effect.map(users(node), (found) => ids.every((id) => found.includes(id)))
          )
        }
      })
    )

    it.effect(
      "changes outlive a restart with the same configuration, and another one replaces them with a word in the log",
      () =>
        Effect.gen(function* () {
          const { url } = yield* started
          const first = yield* sentinelNode(url, config)
          yield* first.addUser(account, user("added"))
          yield* first.changeUser(account, agentId, { password: Redacted.make("changed") })
          const again = yield* sentinelNode(url, structuredClone(config))
          assert.include(yield* users(again), "added")
          assert.isNull(answerOf(yield* browser(again).signIn(authorizePath(), agent)).get("code"), "the old password")
          const changed = { ...agent, password: "changed" }
          assert.isNotNull(answerOf(yield* browser(again).signIn(authorizePath(), changed)).get("code"))
          assert.notInclude(again.lines.join("\n"), "replaces the directory")

          const [account0, account1] = config.accounts
          const other = { accounts: [{ ...account0!, users: [account0!.users[1]!] }, account1!] }
          const kept = yield* sentinelNode(url, other, { replaces: false })
          assert.include(yield* users(kept), "added")
          const replaced = yield* sentinelNode(url, other)
          assert.deepStrictEqual(yield* users(replaced), ["3552833711"])
          assert.include(replaced.lines.join("\n"), "replaces the directory")
          assert.isNotNull(answerOf(yield* browser(replaced).signIn(authorizePath(), admin)).get("code"))
        })
    )

    it.effect("a start does not wait until all passwords are hashed: what the configuration says counts as it is", () =>
      Effect.gen(function* () {
        const { sql, url } = yield* started
        const [account0, account1] = config.accounts
        const withUsers = (...users: ReadonlyArray<unknown>) => ({ accounts: [{ ...account0!, users }, account1!] })
        const slow = { id: "slow", email: "slow@example.com", password: "planted-slow-password" }
        const hashing = yield* Latch.make()
        const startedSlowly = Effect.fnUntraced(function* (config: unknown) {
          const starting = yield* Effect.forkScoped(
            sentinelNode(url, config, {
              beforeDerivation: (secret) =>
                new TextDecoder().decode(secret).startsWith("planted-slow") ? hashing.await : Effect.void
            })
          )
          yield* seen(
            sql,
            Effect.sync(() => starting.pollUnsafe() !== undefined)
          )
          return yield* Fiber.join(starting)
        })
        const isBroughtIn = ({ lines }: Node) =>
          eventually(
            sql,
            Effect.sync(() => lines.some((line) => line.includes("the configuration is in the database")))
          )
        const versions = sql<{ version: number | bigint }>`SELECT version FROM sentinel_directory`
        const [first, second] = account0!.users

        const node = yield* startedSlowly(withUsers(first, slow, second))
        const visitor = browser(node)
        assert.isNotNull(answerOf(yield* visitor.signIn()).get("code"))
        assert.deepStrictEqual(yield* users(node), [agentId, "slow", "3552833711"])
        assert.lengthOf(yield* versions, 0)
        yield* hashing.open
        yield* isBroughtIn(node)
        assert.lengthOf(yield* versions, 1)
        assert.isNotNull(answerOf(yield* visitor.send(authorizePath())).get("code"), "still signed in")

        yield* hashing.close
        const changed = yield* startedSlowly(
          withUsers({ ...first, password: "changed" }, { ...slow, password: "planted-slow-and-changed" })
        )
        assert.isNull(answerOf(yield* browser(changed).signIn()).get("code"), "the old password")
        const credentials = { ...agent, password: "changed" }
        assert.isNotNull(answerOf(yield* browser(changed).signIn(authorizePath(), credentials)).get("code"))
        assert.isNull(answerOf(yield* browser(changed).signIn(authorizePath(), admin)).get("code"), "who is gone")
        yield* hashing.open
        yield* isBroughtIn(changed)
        yield* seen(
          sql,
          Effect.map(users(node), (ids) => ids.length === 2)
        )
        assert.isNull(answerOf(yield* visitor.send(authorizePath())).get("code"), "signed in with the old password")
      })
    )

    it.effect("R95: without its database a change fails by name, what is known stays, and later it goes on", () =>
      Effect.gen(function* () {
        const { sql, url } = yield* started
        const node = yield* sentinelNode(url, config)
        yield* sql`ALTER TABLE sentinel_directory RENAME TO away`
        const error = yield* Effect.flip(node.addUser(account, user("later")))
        assert.strictEqual(error._tag, "StoreUnavailable")
        yield* seen(
          sql,
          Effect.sync(() => node.lines.some((line) => line.includes("cannot be read")))
        )
        assert.isNotNull(answerOf(yield* browser(node).signIn()).get("code"))
        yield* sql`ALTER TABLE away RENAME TO sentinel_directory`
        yield* node.addUser(account, user("later"))
        assert.include(yield* users(node), "later")
      })
    )

    it.effect("R37: no password, no secret and no fast hash of the configuration is in a dump", () =>
      Effect.gen(function* () {
        const { sql, url } = yield* started
        const node = yield* sentinelNode(url, config)
        yield* node.addInstallation(account, installation())
        yield* node.addUser(account, user("planted"))
        yield* node.changeUser(account, agentId, { password: Redacted.make("planted-new-password") })
        const dump = yield* dumpOf(url)
        assert.include(dump, newClientId)
        assert.include(dump, "planted@example.com")
        const planted = [secret, newSecret, "pässwörd 🔑", "planted-password-of-a-user", "planted-new-password"]
        for (const text of planted) {
          assert.notInclude(dump, text)
          assert.notInclude(dump, Buffer.from(text).toString("latin1"))
          assert.notInclude(dump, Buffer.from(text).toString("hex"))
          assert.notInclude(dump, Buffer.from(text).toString("base64url"))
        }
        const [kept] = yield* sql<{ sealed: string }>`SELECT sealed FROM sentinel_secret`
        const opened = yield* Effect.provide(
          Seal.open(kept!.sealed, "secret of Sentinel's login tickets"),
          seal(sealSecret)
        )
        assert.lengthOf(Option.getOrThrow(opened), 43)
        assert.include(dump, kept!.sealed)
        assert.notInclude(dump, Option.getOrThrow(opened))
        const [row] = yield* sql<{ source: string }>`SELECT source FROM sentinel_directory`
        assert.match(row!.source, /^\$pbkdf2-sha256\$i=10\$/, "hashed with what passwords are hashed with")
      })
    )
  })
}
