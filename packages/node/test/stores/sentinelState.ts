/** What is put in and reset through the control is there as a whole, or not at all, and no text rings the alarm. */
import { assert, describe, it } from "@effect/vitest"
import { Origin } from "@le-auth/core/Origin"
import { StoreError } from "@le-auth/core/StoreError"
import * as NodeCrypto from "@le-auth/node/NodeCrypto"
import * as Control from "@le-auth/sentinel/Control"
import * as DirectoryEditor from "@le-auth/sentinel/DirectoryEditor"
import * as Sentinel from "@le-auth/sentinel/Sentinel"
import * as SentinelSql from "@le-auth/sentinel/SentinelSql"
import * as StoreInspectionSql from "@le-auth/sentinel/StoreInspectionSql"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { sqlClient } from "./Engines.ts"
import { accountId, clientId, clientSecret, config } from "./sentinelNode.ts"

const user = (id: string) => ({
  id,
  email: `${id}@example.com`,
  password: Redacted.make(id),
  is_admin: false,
  is_lpa: false,
  enabled: true
})

export const provesState = (engine: string, newDatabase: Effect.Effect<string, unknown, Scope.Scope>): void => {
  /** A Sentinel under control; `breaks` decides whether a change of the directory fails after the store was changed. */
  const start = Effect.fnUntraced(function* (options: { breaks?: () => boolean; discovery?: boolean } = {}) {
    const lines: Array<string> = []
    const given = yield* config("https://app.example/cb")
    const settings = { ...given, points: { ...given.points, discovery: options.discovery ?? false } }
    const base = Layer.merge(SentinelSql.layer(settings), StoreInspectionSql.layer).pipe(
      Layer.provideMerge(sqlClient(yield* newDatabase))
    )
    const breaking = Layer.effect(
      DirectoryEditor.DirectoryEditor,
      Effect.map(DirectoryEditor.DirectoryEditor, (editor): DirectoryEditor.DirectoryEditor["Service"] => {
        const fails = Effect.fail(new StoreError({ store: "directory", operation: "change" }))
        const unless = <A, E>(effect: Effect.Effect<A, E>) =>
          Effect.suspend((): Effect.Effect<A, E | StoreError> =>
            options.breaks?.() === true ? Effect.andThen(effect, fails) : effect
          )
        return {
          ...editor,
          load: (dump: Parameters<typeof editor.load>[0]) => unless(editor.load(dump)),
          reset: unless(editor.reset)
        }
      })
    )
    const logger = Logger.layer([Logger.map(Logger.formatJson, (line) => void lines.push(line))])
    const services = yield* Layer.build(
      Control.layerAround.pipe(
        Layer.provide(breaking),
        Layer.provideMerge(base),
        Layer.provideMerge(Layer.merge(NodeCrypto.layerServer, logger))
      )
    )
    const { handler } = yield* Effect.acquireRelease(
      Effect.sync(() =>
        Sentinel.toWebHandler({ publicOrigin: Origin.make("http://localhost:4400") }, Layer.succeedContext(services))
      ),
      ({ dispose }) => Effect.promise(dispose)
    )
    const send = (path: string, body?: Record<string, string>) =>
      Effect.promise(async () => {
        const init = body === undefined ? {} : { method: "POST", body: new URLSearchParams(body) }
        const response = await handler(new Request(`http://localhost:4400${path}`, init))
        return { status: response.status, text: await response.text(), location: response.headers.get("location") }
      })
    return { control: Context.get(services, Control.Control), send, lines }
  })

  describe(`the state of a Sentinel over ${engine}`, () => {
    it.effect("R82: what breaks in the middle of a restore or a reset leaves everything as it was", () =>
      Effect.gen(function* () {
        let isBroken = false
        const { control } = yield* start({ breaks: () => isBroken })
        yield* control.accounts.addUser(accountId, user("before"))
        const before = yield* control.state.take
        yield* control.accounts.addUser(accountId, user("after"))
        const now = yield* control.state.take
        isBroken = true
        for (const change of [control.state.put(before), control.state.reset]) {
          assert.strictEqual((yield* Effect.flip(change))._tag, "StoreUnavailable")
          const { takenAt: _, ...left } = yield* control.state.take
          const { takenAt: __, ...expected } = now
          assert.deepStrictEqual(left.store, expected.store)
        }
        isBroken = false
        yield* control.state.put(before)
        const [account] = yield* control.accounts.list
        assert.deepStrictEqual(
          account!.users.map(({ id }) => id),
          ["3552833710", "before"]
        )
      })
    )

    it.effect("R82: a document that the configuration would refuse, or that no store can hold, changes nothing", () =>
      Effect.gen(function* () {
        const { control, lines } = yield* start()
        const right = yield* control.state.take
        const [account] = right.directory
        const refused = [
          { ...right, directory: [] },
          { ...right, directory: [account!, account!] },
          {
            ...right,
            directory: [{ ...account!, installations: account!.installations.map(({ settings }) => ({ settings })) }]
          },
          {
            ...right,
            directory: [
              {
                ...account!,
                users: account!.users.map((one) => ({ ...one, settings: { ...one.settings, name: "a\0b" } }))
              }
            ]
          },
          { ...right, store: { ...right.store, accesses: [["\ud800", { grantId: "g", expiresAt: 1 }] as const] } }
        ]
        for (const document of refused) {
          const error = yield* Effect.flip(control.state.put(document as typeof right))
          assert.strictEqual(error._tag, "InvalidChange", JSON.stringify(document.directory).slice(0, 100))
          assert.isAbove(error.message.length, 0)
          assert.deepStrictEqual((yield* control.state.take).directory, right.directory)
        }
        assert.notInclude(lines.join("\n"), '"level":"ERROR"')
      })
    )

    it.effect("R23: U+0000 in a parameter is refused before the store, and is not an outage", () =>
      Effect.gen(function* () {
        const { control, lines, send } = yield* start({ discovery: true })
        const base = `/sentinel/api/account/${accountId}`
        const credentials = { client_id: clientId, client_secret: clientSecret }
        for (const name of ["code", "redirect_uri", "code_verifier", "refresh_token", "grant_type"]) {
          const usual = { grant_type: "authorization_code", code: "c", redirect_uri: "https://app.example/cb" }
          const answer = yield* send(`${base}/token?v=1.0`, { ...credentials, ...usual, [name]: "a\0b" })
          assert.strictEqual(answer.status, 400, name)
          if (name === "redirect_uri") assert.include(answer.text, "invalid_request")
        }
        const query = new URLSearchParams({
          v: "1.0",
          response_type: "code",
          client_id: clientId,
          redirect_uri: "https://app.example/cb",
          nonce: "a\0b"
        })
        const { location } = yield* send(`${base}/authorize?${query}`)
        assert.include(location, "error=invalid_request")
        for (const id of ["a\0b", "\ud800"]) {
          assert.strictEqual((yield* Effect.flip(control.sessions.end(id)))._tag, "NotThere")
          assert.strictEqual((yield* Effect.flip(control.sessions.revoke(id)))._tag, "NotThere")
          yield* control.sessions.endUser(accountId, id)
        }
        assert.notInclude(lines.join("\n"), '"level":"ERROR"')
      })
    )
  })
}
