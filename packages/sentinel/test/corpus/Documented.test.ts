/** R101: what the documentation teaches works at LivePerson too: Sentinel itself says whether something is missing. */
import { assert, describe, it } from "@effect/vitest"
import * as SentinelDialect from "@le-auth/sentinel/SentinelDialect"
import * as Effect from "effect/Effect"
import { globSync, readFileSync } from "node:fs"
import { account, admin, answerOf, application, browser, start } from "../Harness.ts"
import { documentedCalls } from "./documentedCalls.ts"

const root = new URL("../../../../", import.meta.url)
const user = "3552833710"
const pages = globSync(["README.md", "docs/**/*.md", "packages/*/README.md", "apps/*/README.md"], {
  cwd: root
}).toSorted()

describe("the documentation", () => {
  it.effect("R101: each call of a resource that it shows carries what LivePerson requires", () =>
    Effect.gen(function* () {
      const sentinel = yield* start({ points: SentinelDialect.liveperson })
      const code = answerOf(yield* browser(sentinel).signIn(undefined, admin)).get("code")!
      const { json } = yield* application(sentinel).exchange(code)
      const headers = { authorization: `Bearer ${json["access_token"]}` }
      let count = 0
      for (const page of pages) {
        for (const path of documentedCalls(readFileSync(new URL(page, root), "utf8"), account, user)) {
          if (!path.includes("/configuration/")) continue
          count++
          const { status } = yield* sentinel.fetch(path, { headers })
          assert.strictEqual(status, 200, `${page} shows ${path}`)
        }
      }
      assert.isAtLeast(count, 30)
    })
  )

  it.effect("R101: each call of Sentinel that it shows has a version, where LivePerson requires one", () =>
    Effect.gen(function* () {
      const sentinel = yield* start({ points: { ...SentinelDialect.liveperson, version: "required" } })
      let count = 0
      for (const page of pages) {
        for (const path of documentedCalls(readFileSync(new URL(page, root), "utf8"), account, user)) {
          if (!/^\/sentinel\/api\/.*\/(?:authorize|token|revoke)\b/.test(path)) continue
          count++
          const method = path.includes("/authorize") ? "GET" : "POST"
          const headers = method === "GET" ? {} : { "content-type": "application/x-www-form-urlencoded" }
          const answer = yield* sentinel.fetch(path, { method, headers })
          const text = `${answer.headers.get("location")} ${yield* Effect.promise(() => answer.text())}`
          assert.notMatch(text, /\bv (?:is missing|must be|has)|v\+is\+missing/, `${page} shows ${path}`)
        }
      }
      assert.isAtLeast(count, 3)
    })
  )
})
