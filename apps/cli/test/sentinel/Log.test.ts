import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Log from "../../src/commands/sentinel/start/Log.ts"

const evil = '\r\n{"level":"error"}\u001b[2K\u2028\u202e\u0085\u009b'

const linesOf = (format: Logger.Logger<unknown, string>, work: Effect.Effect<void>) => {
  const lines: Array<string> = []
  const logger = Logger.make((options) => void lines.push(format.log(options)))
  return Effect.as(Effect.provide(work, Logger.layer([logger])), lines)
}

const work = Effect.gen(function* () {
  yield* Effect.logInfo(`signed in ${evil}`).pipe(Effect.annotateLogs({ account: evil, user: "1", [evil]: 1 }))
  yield* Effect.logInfo("request", { method: "GET", route: "/x", status: 200, durationMs: 1.5, client: evil })
  yield* Effect.logWarning("not ready", new Error(`broken ${evil}`))
})

describe("the log", () => {
  it.effect("as JSON: one object a line, with time, level, message and fields, whatever is in them", () =>
    Effect.gen(function* () {
      const lines = yield* linesOf(Log.json, work)
      assert.strictEqual(lines.length, 3)
      // oxlint-disable-next-line no-control-regex
      for (const line of lines) assert.notMatch(line, /[\u0000-\u001f\u007f-\u009f\u2028\u202e]/)
      const [signedIn, request, notReady] = lines.map((line) => JSON.parse(line))
      assert.deepStrictEqual(Object.keys(signedIn).slice(0, 3), ["time", "level", "message"])
      assert.deepInclude(signedIn, { level: "info", account: evil, user: "1", message: `signed in ${evil}` })
      assert.deepInclude(request, { message: "request", method: "GET", status: 200, durationMs: 1.5, client: evil })
      assert.deepInclude(notReady, { level: "warn", message: `not ready: broken ${evil}` })
    })
  )

  it.effect("as JSON: no field takes the place of time, level and message", () =>
    Effect.gen(function* () {
      const [line] = yield* linesOf(Log.json, Effect.logInfo("true", { level: "error", message: "false", time: 0 }))
      assert.deepInclude(JSON.parse(line!), { level: "info", message: "true" })
      assert.notStrictEqual(JSON.parse(line!).time, 0)
    })
  )

  it.effect("as JSON: a cause is in its line", () =>
    Effect.gen(function* () {
      const [line] = yield* linesOf(
        Log.json,
        Effect.catchCause(Effect.die(new Error("broken\nin two lines")), (cause) => Effect.logError("defect", cause))
      )
      assert.notInclude(line!, "\n")
      assert.include(JSON.parse(line!).cause, "broken\nin two lines")
    })
  )

  it.effect("for people: one line each, and nothing that a terminal would obey", () =>
    Effect.gen(function* () {
      const lines = yield* linesOf(Log.pretty, work)
      assert.strictEqual(lines.length, 3)
      // oxlint-disable-next-line no-control-regex
      for (const line of lines) assert.notMatch(line, /[\u0000-\u001f\u007f-\u009f\u2028\u202e]/)
      assert.match(lines[1]!, /^\d\d:\d\d:\d\d info  GET \/x 200 1\.5 ms client="/)
      const [defect] = yield* linesOf(
        Log.pretty,
        Effect.catchCause(Effect.die(new Error(`broken${evil}`)), (cause) => Effect.logError("defect", cause))
      )
      assert.isAbove(defect!.split("\n").length, 1)
      for (const line of defect!.split("\n").slice(1)) assert.match(line, /^    /)
      assert.notInclude(defect!, "\u001b")
    })
  )
})
