/**
 * S24: what people read when they make a mistake is in words of ours, names the place and says what to do, whatever way
 * it came in.
 */
// @effect-diagnostics globalFetch:off
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, describe, it } from "@effect/vitest"
import * as ControlServer from "@le-auth/sentinel/ControlServer"
import { Snapshot } from "../../src/internal/control/Snapshot.ts"
import * as SentinelFile from "@le-auth/sentinel/SentinelFile"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as NetAddress from "effect/net/NetAddress"
import * as Schema from "effect/Schema"
import { createServer } from "node:http"
import { account } from "../Harness.ts"
import { signedIn } from "./ControlHarness.ts"

/** None of these is a word for people. */
const ofTheLibrary = /excess|missing key|schema|expected|\bunion\b|undefined|\[object|redacted|DateTime/i

const accountOf = (more: object) => ({ accounts: [{ id: "1", users: [], installations: [], ...more }] })
const user = { id: "1", email: "a@b.example", password: "x" }
const app = {
  client_id: "a",
  client_secret: "s",
  client_name: "A",
  grant_types: ["authorization_code"],
  redirect_uris: ["https://a.example/cb"]
}

/** A configuration with one mistake, and where it is. */
const ofFiles: ReadonlyArray<readonly [unknown, string]> = [
  [[], "this"],
  [null, "this"],
  ["text", "this"],
  [{}, "accounts"],
  [{ accounts: {} }, "accounts"],
  [{ accounts: [] }, "accounts[0]"],
  [{ ...accountOf({}), profil: {} }, "profil"],
  [accountOf({ id: "!" }), "accounts[0].id"],
  [accountOf({ id: 7 }), "accounts[0].id"],
  [accountOf({ name: 7 }), "accounts[0].name"],
  [accountOf({ usres: [] }), "accounts[0].usres"],
  [accountOf({ users: {} }), "accounts[0].users"],
  [accountOf({ users: [{ ...user, id: "" }] }), "accounts[0].users[0].id"],
  [accountOf({ users: [{ ...user, email: "nobody" }] }), "accounts[0].users[0].email"],
  [accountOf({ users: [{ ...user, email: 1 }] }), "accounts[0].users[0].email"],
  [accountOf({ users: [{ ...user, password: 1 }] }), "accounts[0].users[0].password"],
  [accountOf({ users: [{ ...user, is_admin: "yes" }] }), "accounts[0].users[0].is_admin"],
  [accountOf({ users: [{ ...user, enabled: 1 }] }), "accounts[0].users[0].enabled"],
  [accountOf({ installations: [{ ...app, client_id: "\n" }] }), "accounts[0].installations[0].client_id"],
  [accountOf({ installations: [{ ...app, client_name: "" }] }), "accounts[0].installations[0].client_name"],
  [accountOf({ installations: [{ ...app, client_secret: 7 }] }), "accounts[0].installations[0].client_secret"],
  [
    accountOf({ installations: [{ ...app, grant_types: ["password"] }] }),
    "accounts[0].installations[0].grant_types[0]"
  ],
  [
    accountOf({ installations: [{ ...app, grant_types: "authorization_code" }] }),
    "accounts[0].installations[0].grant_types"
  ],
  [
    accountOf({ installations: [{ ...app, redirect_uris: ["nowhere"] }] }),
    "accounts[0].installations[0].redirect_uris[0]"
  ],
  [accountOf({ installations: [{ ...app, redirect_uri: "x" }] }), "accounts[0].installations[0].redirect_uri"],
  [{ ...accountOf({}), points: { issuer: 7 } }, "points.issuer"],
  [{ ...accountOf({}), points: { foo: 1 } }, "points.foo"],
  [{ ...accountOf({}), points: { expiresIn: "text" } }, "points.expiresIn"],
  [{ ...accountOf({}), points: { codeLifetime: "soon" } }, "points.codeLifetime"],
  [{ ...accountOf({}), points: { codeLifetime: 60 } }, "points.codeLifetime"],
  [{ ...accountOf({}), points: { pkce: true } }, "points.pkce"],
  [{ ...accountOf({}), points: { tokenVersions: ["3.0"] } }, "points.tokenVersions[0]"],
  [{ ...accountOf({}), points: { tokenClientErrorStatus: 500 } }, "points.tokenClientErrorStatus"]
]

const fault = (action: unknown, more: object = {}) => ["POST", "/control/faults", { action, ...more }] as const
const html = { type: "html" }

/** A request to the control with one mistake, and where it is. */
const ofRequests: ReadonlyArray<readonly [request: readonly [string, string, unknown], path: string]> = [
  [fault({ type: "too-many-requests", retry_after: "soon" }), "action.retry_after"],
  [fault({ type: "too-many-requests", retry_after: -1 }), "action.retry_after"],
  [fault({ type: "too-many-requests", retry: 1 }), "action.retry"],
  [fault({ type: "answer", status: 1000 }), "action.status"],
  [fault({ type: "answer" }), "action.status"],
  [fault({ type: "answer", status: 200, headers: { "x y": "1" } }), "action.headers"],
  [fault({ type: "delay", by: "soon" }), "action.by"],
  [fault({ type: "delay", by: 3 }), "action.by"],
  [fault({ type: "oauth-error", error: "nothing" }), "action.error"],
  [fault({ type: "nothing" }), "action.type"],
  [fault({}), "action.type"],
  [fault("html"), "action.type"],
  [fault(html, { match: { route: "nowhere" } }), "match.route"],
  [fault(html, { match: { nht: 3 } }), "match.nht"],
  [fault(html, { match: { nth: 0 } }), "match.nth"],
  [fault(html, { match: { every: 1.5 } }), "match.every"],
  [fault(html, { match: { account: "!" } }), "match.account"],
  [fault(html, { times: -1 }), "times"],
  [fault(html, { id: "a b" }), "id"],
  [["POST", "/control/faults", undefined], "this"],
  [["POST", "/control/clock/advance", { by: "banana" }], "by"],
  [["POST", "/control/clock/advance", { by: 7 }], "by"],
  [["POST", "/control/clock/advance", { to: "tomorrow" }], "to"],
  [["POST", "/control/clock/advance", {}], "this"],
  [["POST", "/control/clock/advance", { by: "1h", to: "2030-01-01T00:00:00Z" }], "to"],
  [["POST", "/control/explain", { secret: "" }], "secret"],
  [["POST", `/control/accounts/${account}/users`, { ...user, email: "nobody" }], "email"],
  [["PATCH", `/control/accounts/${account}/users/3552833710`, { enabled: "no" }], "enabled"],
  [["PUT", "/control/configuration", accountOf({ id: "!" })], "accounts[0].id"],
  [["GET", "/control/journal?limit=x", undefined], "limit"],
  [["GET", "/control/sessions?limit=0", undefined], "limit"],
  [["GET", "/control/sessions?alive=yes", undefined], "alive"],
  [["PUT", "/control/snapshots/a%20b", undefined], "name"]
]

const isGood = (problems: ReadonlyArray<string>, path: string, what: string) => {
  assert.lengthOf(problems, 1, `${what}: ${problems.join("\n")}`)
  const [line] = problems
  assert.isTrue(line!.startsWith(`${path}: `), `${what}: ${line}`)
  assert.notMatch(line!, ofTheLibrary, what)
  assert.match(line!, /: (must |is missing|is not |there is no )/, what)
}

describe("the words for a mistake", () => {
  it.effect("in a file or in flags for points: one line with the place and what to do", () =>
    Effect.gen(function* () {
      for (const [value, path] of ofFiles) {
        const { problems } = yield* Effect.flip(SentinelFile.fromUnknown(value))
        isGood(problems, path, JSON.stringify(value))
      }
      const { problems } = yield* Effect.flip(SentinelFile.pointsFromUnknown({ expiresin: "number" }))
      assert.match(problems[0]!, /Did you mean expiresIn\? All of them: docs\/sentinel-dialect\.md$/)
    })
  )

  it.live("in a request of a program, of curl or of the inspector: the same", () =>
    Effect.gen(function* () {
      const { sentinel } = yield* signedIn()
      const server = ControlServer.layer.pipe(
        Layer.provide(Layer.succeedContext(sentinel.services)),
        Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" }))
      )
      const { address } = Context.get(yield* Layer.build(server), HttpServer.HttpServer)
      const origin = NetAddress.formatUrlUnsafe(address)
      const ask = (method: string, path: string, body: unknown) =>
        Effect.promise(async () => {
          const answer = await fetch(`${origin}${path}`, {
            method,
            headers: { "x-sentinel-control": "1", "content-type": "application/json" },
            ...(body !== undefined && { body: JSON.stringify(body) })
          })
          return (await answer.json()) as { readonly _tag: string; readonly problems: ReadonlyArray<string> }
        })
      for (const [[method, path, body], where] of ofRequests) {
        const answer = yield* ask(method, path, body)
        assert.strictEqual(answer._tag, "InvalidChange", path)
        isGood(answer.problems, where, `${method} ${path} ${JSON.stringify(body)}`)
      }
      const send = (body: string, type: string) =>
        Effect.promise(async () => {
          const headers = { "x-sentinel-control": "1", "content-type": type }
          const answer = await fetch(`${origin}/control/clock/advance`, { method: "POST", headers, body })
          return [answer.status, await answer.json()]
        })
      assert.deepStrictEqual(yield* send('{"by', "application/json"), [
        400,
        { _tag: "InvalidChange", problems: ["this: is not JSON"] }
      ])
      assert.deepStrictEqual(yield* send("by=1h", "application/x-www-form-urlencoded"), [
        415,
        { _tag: "NotJson", problem: "The control takes JSON. Send it with content-type: application/json." }
      ])

      const state = Schema.encodeSync(Snapshot)(yield* sentinel.control.state.take)
      const [[id, row]] = state.store.sessions as any
      const armed = (id: string, match: object = {}) => {
        const action = { type: "oauth-error", error: "invalid_grant" }
        return { id, match, action, matched: 0, acted: 0 }
      }
      const [known] = state.directory as any
      const [installation] = known.installations
      for (const [changes, where] of [
        [{ version: 2 }, "version"],
        [
          { directory: [{ ...known, installations: [{ ...installation, secretHash: "AAAA" }] }] },
          "directory[0].installations[0].secretHash"
        ],
        [{ directory: [{ ...known, users: [known.users[0], known.users[0]] }] }, "directory[0].users[1].id"],
        [{ ahead: "soon" }, "ahead"],
        [{ takenAt: "now" }, "takenAt"],
        [{ store: { ...state.store, sessions: [[id, { ...row, sequence: -1 }]] } }, "store.sessions[0][1].sequence"],
        [{ faults: [{ id: "x" }] }, "faults[0].match"],
        [{ faults: [armed("a\nb")] }, "faults[0].id"],
        [{ faults: [{ ...armed("x"), acted: -1 }] }, "faults[0].acted"],
        [{ faults: [armed("x"), armed("x")] }, "faults[1].id"],
        [{ faults: [armed("x", { route: "authorize" })] }, "faults[0].action.error"],
        [{ faults: [armed("x", { nth: 1, every: 2 })] }, "faults[0].match"],
        [{ faults: Array.from({ length: 1001 }, (_, index) => armed(`x${index}`)) }, "faults"]
      ] as const) {
        const answer = yield* ask("PUT", "/control/state", { ...state, ...changes })
        assert.strictEqual(answer.problems[0]?.split(": ")[0], where)
        assert.notMatch(answer.problems.join("\n"), ofTheLibrary)
      }
    })
  )

  it.effect("however many mistakes there are, a hundred are told", () =>
    Effect.gen(function* () {
      const many = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`unknown${index}`, 1]))
      const { problems } = yield* Effect.flip(SentinelFile.pointsFromUnknown(many))
      assert.lengthOf(problems, 101)
      assert.strictEqual(problems.at(-1), "and 4900 more")
    })
  )
})
