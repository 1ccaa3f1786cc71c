import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { account, admin, answerOf, application, browser, otherAccount, search, signedIn, start } from "../Harness.ts"
import { appToken, config as table } from "./tokenTable.ts"

const path = (user: string, accountId: string = account) =>
  `/api/account/${accountId}/configuration/le-users/users/${user}?v=6.0`
const bearer = (token: string | undefined) => ({ headers: { authorization: `Bearer ${token}` } })

describe("the Users API", () => {
  it.effect("gives users their own record, and no one else's", () =>
    Effect.gen(function* () {
      const { sentinel, tokens } = yield* signedIn()
      const own = yield* sentinel.fetch(path("3552833710"), bearer(tokens["access_token"]))
      const record = yield* Effect.promise(() => own.json())
      assert.strictEqual(own.status, 200)
      assert.deepInclude(record as object, {
        id: 3552833710,
        loginName: "agent@example.com",
        email: "agent@example.com"
      })
      const other = yield* sentinel.fetch(path("3552833711"), bearer(tokens["access_token"]))
      assert.strictEqual(other.status, 403)
    })
  )

  it.effect("gives an administrator all records of the account", () =>
    Effect.gen(function* () {
      const { sentinel } = yield* signedIn()
      const code = answerOf(yield* browser(sentinel).signIn(undefined, admin)).get("code")!
      const { json } = yield* application(sentinel).exchange(code)
      for (const [user, status] of [
        ["3552833710", 200],
        ["3552833711", 200],
        ["1", 404],
        ["3552833712", 404]
      ] as const) {
        assert.strictEqual((yield* sentinel.fetch(path(user), bearer(json["access_token"]))).status, status)
      }
    })
  )

  it.effect("K1: gives an id as a number only if the number leads back to it", () =>
    Effect.gen(function* () {
      const ids = ["0", "7", "07", "1234567890123456", "a1"]
      const users = ids.map((id) => ({ id, email: `u${id}@example.com`, password: "x" }))
      const [first, ...others] = table.accounts
      const sentinel = yield* start({ config: { accounts: [{ ...first, users }, ...others] } })
      const token = yield* appToken(sentinel, "reader")
      const list = `/api/account/${account}/configuration/le-users/users?v=6.0&select=id`
      const answer = yield* sentinel.fetch(list, bearer(token))
      const records = (yield* Effect.promise(() => answer.json())) as ReadonlyArray<{ readonly id: string | number }>
      assert.deepStrictEqual(
        records.map(({ id }) => id),
        [0, 7, "07", "1234567890123456", "a1"]
      )
      for (const { id } of records) {
        assert.strictEqual((yield* sentinel.fetch(path(String(id)), bearer(token))).status, 200)
      }
    })
  )

  it.effect("G1: wants a valid token of the account in the header", () =>
    Effect.gen(function* () {
      const { app, sentinel, tokens } = yield* signedIn()
      const token = tokens["access_token"]
      const statuses = [
        yield* sentinel.fetch(path("3552833710")),
        yield* sentinel.fetch(`${path("3552833710")}&access_token=${token}`),
        yield* sentinel.fetch(path("3552833710"), bearer("unknown")),
        yield* sentinel.fetch(path("3552833710"), { headers: { authorization: `Basic ${token}` } }),
        yield* sentinel.fetch(path("3552833710", otherAccount), bearer(token))
      ].map(({ headers, status }) => [status, headers.get("www-authenticate")?.split(" ")[0]])
      assert.deepStrictEqual(
        statuses,
        Array.from({ length: 5 }, () => [401, "Bearer"])
      )
      yield* app.revoke(tokens["refresh_token"])
      assert.strictEqual((yield* sentinel.fetch(path("3552833710"), bearer(token))).status, 401)
    })
  )

  it.effect(
    "K1: an application with the scope gets the list: the members it names, else those of the documentation",
    () =>
      Effect.gen(function* () {
        const sentinel = yield* start({ config: table })
        const token = yield* appToken(sentinel, "reader")
        const get = Effect.fnUntraced(function* (user: string, select?: string) {
          const answer = yield* sentinel.fetch(
            `/api/account/${account}/configuration/le-users/users${user}?${search({ v: "6.0", select })}`,
            bearer(token)
          )
          assert.strictEqual(answer.headers.get("content-type"), "application/json")
          return (yield* Effect.promise(() => answer.json())) as unknown
        })
        // Neither disabled users nor those of LivePerson.
        const ids = [3552833710, 3552833711]
        const [agent, admin] = ["agent@example.com", "admin@example.com"]
        assert.deepStrictEqual(yield* get(""), [
          { id: ids[0], pid: "12345678-0000-8000-a000-003552833710", deleted: false, loginName: agent },
          { id: ids[1], pid: "12345678-0000-8000-a000-003552833711", deleted: false, loginName: admin }
        ])
        assert.deepStrictEqual(yield* get("", "id, email,unknown"), [
          { id: ids[0], email: agent },
          { id: ids[1], email: admin }
        ])
        const whole = yield* get("/3552833710")
        assert.deepStrictEqual(((yield* get("", "$all")) as ReadonlyArray<unknown>)[0], whole)
        assert.deepStrictEqual(yield* get("/3552833710", "email"), { email: agent })
      })
  )

  it.effect("R101: usersVersion: required, known or any, for one record and for the list", () =>
    Effect.gen(function* () {
      const queries = ["", "?v=", "?v=6.0", "?v=6", "?v=4.0", "?v=1", "?v6.0", "?v=7.0", "?v=x"]
      for (const [usersVersion, accepted] of [
        [undefined, ["?v=6.0", "?v=6", "?v=4.0", "?v=1"]],
        ["required", ["?v=6.0", "?v=6", "?v=4.0", "?v=1"]],
        ["known", ["", "?v=", "?v=6.0", "?v=6", "?v=4.0", "?v=1", "?v6.0"]],
        ["any", queries]
      ] as const) {
        const points = usersVersion === undefined ? {} : { usersVersion }
        const sentinel = yield* start({ config: table, points })
        const token = yield* appToken(sentinel, "reader")
        for (const user of ["", "/3552833710"]) {
          const answers = yield* Effect.forEach(queries, (query) =>
            sentinel.fetch(`/api/account/${account}/configuration/le-users/users${user}${query}`, bearer(token))
          )
          assert.deepStrictEqual(
            queries.filter((_, index) => answers[index]!.status === 200),
            [...accepted]
          )
          for (const refused of answers.filter(({ status }) => status !== 200)) {
            const text = yield* Effect.promise(() => refused.text())
            assert.strictEqual(refused.status, 400)
            for (const word of ["invalid_request", "6.0", "usersVersion"]) assert.include(text, word)
          }
        }
        // A stranger learns nothing.
        const stranger = yield* sentinel.fetch(`/api/account/${account}/configuration/le-users/users`)
        assert.strictEqual(stranger.status, 401)
      }
    })
  )
})
