/** What is demanded of signing keys that several nodes share, on every engine. */
import { assert, describe, it } from "@effect/vitest"
import { AccountId } from "@le-auth/core/Identifiers"
import * as Seal from "@le-auth/core/Seal"
import type { SigningKeys } from "@le-auth/sentinel/SigningKeys"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { createLocalJWKSet, jwtVerify } from "jose"
import { runScript } from "../SqliteFile.ts"
import { account } from "../../../sentinel/test/Harness.ts"
import { appToken, ask, config, provesTable, resources } from "../../../sentinel/test/resources/tokenTable.ts"
import { connect, eventually, keysNode, seal, sealSecret, sentinelNode, ticketSecret } from "./sentinelNodes.ts"

type Keys = SigningKeys["Service"]

const begin = Date.UTC(2026, 10, 22, 12)
const lifetime = 600_000
/** A new key is published before it signs. */
const handover = 10_000
/** Clients may be behind. */
const margin = 5 * 60_000

const kidOf = (token: string): string => JSON.parse(atob(token.split(".")[0]!)).kid
const kidsOf = (keys: Keys): Effect.Effect<ReadonlyArray<string>, unknown> =>
  Effect.map(keys.keySet, (text) =>
    JSON.parse(text)
      .keys.map(({ kid }: { readonly kid: string }) => kid)
      // Each key is there twice.
      .filter((kid: string) => !kid.startsWith("appjwt-"))
  )
const sign = (keys: Keys) =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => keys.sign({ sub: "1", exp: Math.floor((now + lifetime) / 1000) }))

/** What a client does that has the token from one node and the keys from another. */
const verify = Effect.fnUntraced(function* (token: string, keys: Keys) {
  const set = createLocalJWKSet(JSON.parse(yield* keys.keySet))
  const currentDate = DateTime.toDateUtc(yield* DateTime.now)
  const { payload } = yield* Effect.promise(() => jwtVerify(token, set, { currentDate, algorithms: ["RS256"] }))
  assert.strictEqual(payload.sub, "1")
})

/** All tokens of all nodes verify at all nodes. Says which key each node signs with. */
const verifyEverywhere = Effect.fnUntraced(function* (nodes: ReadonlyArray<Keys>) {
  const tokens = yield* Effect.forEach(nodes, sign)
  for (const token of tokens) for (const node of nodes) yield* verify(token, node)
  const appTokens = yield* Effect.forEach(nodes, (node) => node.signAppToken({ aud: "1" }))
  for (const token of appTokens) {
    for (const node of nodes) assert.deepStrictEqual(yield* node.verifyAppToken(token), Option.some({ aud: "1" }))
  }
  return tokens.map(kidOf)
})

export const provesSigningKeys = (
  engine: string,
  newDatabase: Effect.Effect<string, unknown, Scope.Scope>,
  dumpOf: (url: string) => Effect.Effect<string, unknown, Scope.Scope>
): void => {
  const started = Effect.gen(function* () {
    yield* TestClock.setTime(begin)
    const url = yield* newDatabase
    return { url, sql: yield* connect(url) }
  })

  describe(`signing keys on ${engine}`, () => {
    it.effect("R62: of eight nodes that start at once one makes the key, and all of them have it", () =>
      Effect.gen(function* () {
        const { sql, url } = yield* started
        const nodes = yield* Effect.all(
          Array.from({ length: 8 }, () => keysNode(url)),
          { concurrency: "unbounded" }
        )
        assert.lengthOf(new Set(yield* verifyEverywhere(nodes)), 1)
        assert.lengthOf(yield* sql`SELECT id FROM sentinel_signing_key`, 1)
      })
    )

    it.effect(
      "R62: a new key is published by every node before any signs with it, and tokens verify at every moment",
      () =>
        Effect.gen(function* () {
          const { sql, url } = yield* started
          const [one, other] = [yield* keysNode(url), yield* keysNode(url)]
          const [old] = yield* verifyEverywhere([one, other])
          const next = yield* one.rotate
          assert.deepStrictEqual(yield* kidsOf(one), [next, old!])
          assert.deepStrictEqual(yield* verifyEverywhere([one, other]), [old, old])
          yield* TestClock.adjust("2 seconds")
          yield* eventually(
            sql,
            Effect.map(kidsOf(other), (kids) => kids.join() === [next, old].join())
          )
          for (let passed = 2000; passed < handover; passed += 1000) {
            assert.deepStrictEqual(yield* verifyEverywhere([one, other]), [old, old], `after ${passed} ms`)
            yield* TestClock.adjust(passed + 1000 === handover ? 999 : 1000)
          }
          assert.deepStrictEqual(yield* verifyEverywhere([one, other]), [old, old], "a moment before")
          yield* TestClock.adjust(1)
          assert.deepStrictEqual(yield* verifyEverywhere([one, other]), [next, next])
        })
    )

    it.effect("R62: a node that was out of reach for longer than a hand-over asks before it signs", () =>
      Effect.gen(function* () {
        const { sql, url } = yield* started
        const [one, other] = [yield* keysNode(url), yield* keysNode(url)]
        const next = yield* one.rotate
        yield* sql`ALTER TABLE sentinel_signing_key RENAME TO away`
        yield* TestClock.adjust(handover)
        const before = yield* kidsOf(other)
        const error = yield* Effect.flip(sign(other))
        assert.strictEqual(error._tag, "StoreError")
        assert.deepStrictEqual(yield* kidsOf(other), before, "it still publishes what it knows")
        yield* sql`ALTER TABLE away RENAME TO sentinel_signing_key`
        yield* TestClock.adjust("2 seconds")
        assert.strictEqual(kidOf(yield* sign(other)), next)
      })
    )

    it.effect(
      "R62: an old key is published by every node, also after a restart, until its last token has expired",
      () =>
        Effect.gen(function* () {
          const { sql, url } = yield* started
          const other = yield* keysNode(url)
          const token = yield* Effect.scoped(Effect.flatMap(keysNode(url), sign))
          const old = kidOf(token)
          const next = yield* other.rotate
          yield* TestClock.adjust(lifetime - 1)
          const restarted = yield* keysNode(url)
          for (const node of [other, restarted]) yield* verify(token, node)
          // The last one of all was signed at the end of the hand-over, by a node that was late by as much.
          yield* TestClock.setTime(begin + handover + handover + lifetime + margin - 1)
          for (const node of [other, restarted]) assert.deepStrictEqual(yield* kidsOf(node), [next, old])
          yield* TestClock.adjust(1)
          for (const node of [other, restarted]) assert.deepStrictEqual(yield* kidsOf(node), [next])
          const count = Effect.map(sql`SELECT id FROM sentinel_signing_key`, (rows) => rows.length)
          yield* Effect.repeat(Effect.andThen(TestClock.adjust("2 seconds"), count), { until: (rows) => rows === 1 })
          assert.lengthOf(new Set(yield* verifyEverywhere([other, restarted, yield* keysNode(url)])), 1)
        })
    )

    it.effect("R62: rotations of several nodes at the same time follow each other", () =>
      Effect.gen(function* () {
        const { url } = yield* started
        const nodes = [yield* keysNode(url), yield* keysNode(url), yield* keysNode(url)]
        const [old] = yield* verifyEverywhere(nodes)
        const made = yield* Effect.all(
          nodes.map(({ rotate }) => rotate),
          { concurrency: "unbounded" }
        )
        const restarted = yield* keysNode(url)
        assert.sameMembers([...(yield* kidsOf(restarted))], [old!, ...made])
        yield* TestClock.adjust(handover)
        const [kid, ...others] = yield* verifyEverywhere([...nodes, restarted])
        assert.include(made, kid)
        for (const one of others) assert.strictEqual(one, kid)
      })
    )

    it.effect("K1: every kind of token opens what it may, and what one node has issued is good at the others", () =>
      Effect.gen(function* () {
        const { url } = yield* started
        const [one, other] = [yield* sentinelNode(url, config), yield* sentinelNode(url, config)]
        yield* provesTable(one)
        const token = yield* appToken(one, "reader")
        for (const resource of resources.slice(0, 2)) {
          assert.strictEqual((yield* ask(other, resource, token)).status, 200)
        }
        yield* one.changeInstallation(AccountId.make(account), "reader", { enabled: false })
        assert.strictEqual((yield* ask(one, resources[0], token)).status, 401)
      })
    )

    it.effect("R37: no private key and no seal key is in a dump", () =>
      Effect.gen(function* () {
        const { sql, url } = yield* started
        const keys = yield* keysNode(url)
        yield* keys.rotate
        const dump = yield* dumpOf(url)
        const rows = yield* sql<{ id: string; sealed: string }>`SELECT id, sealed FROM sentinel_signing_key`
        assert.lengthOf(rows, 2)
        for (const { id, sealed } of rows) {
          assert.include(dump, id)
          const opened = yield* Effect.provide(Seal.open(sealed, `signing key ${id} of Sentinel`), seal(sealSecret))
          const jwk = JSON.parse(Option.getOrThrow(opened)) as Record<string, string>
          for (const member of ["d", "p", "q", "dp", "dq", "qi"]) {
            const bytes = Buffer.from(jwk[member]!, "base64url")
            assert.isAtLeast(bytes.length, 100)
            for (const form of ["base64", "base64url", "hex", "latin1"] as const) {
              assert.notInclude(dump, bytes.toString(form).slice(0, 60))
            }
          }
          const stolen = Seal.open(sealed, "signing key of somebody else")
          assert.isTrue(Option.isNone(yield* Effect.provide(stolen, seal(sealSecret))), "it opens at its place only")
        }
        assert.notInclude(dump, sealSecret)
      })
    )

    it.effect(
      "R95: a process with other seal keys does not start, and says what to do; with the old ones added it does",
      () =>
        Effect.gen(function* () {
          const { url } = yield* started
          const kid = kidOf(yield* sign(yield* keysNode(url)))
          const secret = "another-planted-secret of more than thirty-two bytes"
          const error = yield* Effect.flip(keysNode(url, [secret]))
          assert.strictEqual(error._tag, "SealedRow")
          assert.include(error.message, `${kid} in the database cannot be opened`)
          assert.include(error.message, "LE_AUTH_SEAL_KEYS")
          assert.notInclude(error.message, "planted")
          assert.strictEqual(kidOf(yield* sign(yield* keysNode(url, [secret, sealSecret]))), kid)
        })
    )

    it.effect("R95: the seal keys can be changed without a sign-in that breaks off", () =>
      Effect.gen(function* () {
        const { url } = yield* started
        const next = "another-planted-secret of more than thirty-two bytes"
        const before = yield* ticketSecret(url, [sealSecret])
        assert.strictEqual(yield* ticketSecret(url, [sealSecret, next]), before)
        assert.strictEqual((yield* Effect.flip(ticketSecret(url, [next])))._tag, "SealedRow")
        assert.strictEqual(yield* ticketSecret(url, [next, sealSecret]), before)
        assert.strictEqual(yield* ticketSecret(url, [next]), before)
      })
    )

    it.live("R62: three processes that start at once sign with one key", () =>
      Effect.gen(function* () {
        const url = yield* newDatabase
        const processes = yield* Effect.all(
          Array.from({ length: 3 }, () => runScript("stores/signingProcess.ts", [url])),
          { concurrency: "unbounded" }
        )
        const kids = yield* Effect.forEach(processes, ({ ended }) =>
          Effect.map(ended, ({ output }) => output.trim().split("\n").at(-1)!)
        )
        assert.match(kids[0]!, /^idtoken-[0-9a-f-]+$/)
        assert.deepStrictEqual(kids, [kids[0]!, kids[0]!, kids[0]!])
      })
    )
  })
}
