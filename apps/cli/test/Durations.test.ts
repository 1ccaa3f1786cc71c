/** One language for durations, wherever a person writes one. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Settings from "@le-auth/core/Settings"
import { NewFault } from "@le-auth/sentinel/Fault"
import * as SentinelDialect from "@le-auth/sentinel/SentinelDialect"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as ConfigFile from "../src/commands/sentinel/start/ConfigFile.ts"
import * as PointFlags from "../src/commands/sentinel/start/PointFlags.ts"
import { parameters } from "./Parameters.ts"

const accounts = [{ id: "1", users: [], installations: [] }]

type Reader = (text: string) => Effect.Effect<unknown, { readonly message: string }>

const points = Object.entries(SentinelDialect.liveperson).flatMap(([name, value]) =>
  Duration.isDuration(value) ? [name] : []
)

const pointsOf: Record<string, Reader> = Object.fromEntries(
  points.flatMap((name): ReadonlyArray<[string, Reader]> => [
    [`sentinel start --point ${name}`, (text) => Effect.map(PointFlags.read({ [name]: text }), Object.values)],
    [
      `points.${name} of a file`,
      (text) =>
        ConfigFile.parse("sentinel.jsonc", JSON.stringify({ accounts, points: { [name]: text } })).pipe(
          Effect.map(({ points }) => Object.values(points ?? {}))
        )
    ]
  ])
)

const others: Record<string, Reader> = {
  "sentinel fault add delay --set by": (text) =>
    Effect.map(
      Schema.decodeUnknownEffect(NewFault)({ action: { type: "delay", by: text } }),
      ({ action }) => action !== undefined && "by" in action && action.by
    ),
  "a setting of an application": (text) =>
    Effect.map(
      Effect.provideService(
        Settings.load({ WAIT: Settings.DurationText }),
        ConfigProvider.ConfigProvider,
        ConfigProvider.fromUnknown({ WAIT: text })
      ),
      ({ WAIT }) => WAIT
    )
}

/** Each flag and argument that says it is a duration. */
const readers = Effect.map(Effect.promise(parameters), (all) => {
  const ofCommands = all
    .filter(({ metavar }) => metavar === "duration")
    .map(({ command, kind, name, read }): [string, Reader] => [
      `${command} ${kind === "flag" ? "--" : ""}${name}`,
      (text) =>
        Effect.provide(
          Effect.map(read(text), ([, value]) => value),
          NodeServices.layer
        )
    ])
  return Object.entries({ ...Object.fromEntries(ofCommands), ...others, ...pointsOf })
})

/** Flags that may be absent give an option, points a list of one. */
const only = (value: unknown): unknown =>
  Array.isArray(value) ? value[0] : Option.isOption(value) ? Option.getOrUndefined(value) : value

const ninetySeconds = [
  "90s",
  " 90 s ",
  "1m30s",
  "1m 30s",
  "1.5 min",
  "90 sec",
  "90 seconds",
  "1 minute 30 seconds",
  "90000ms",
  "90000 millis",
  "PT90S",
  "PT1M30S",
  "pt1m30s"
]
const none = ["soon", "90", "-90s", "s", "90 parsecs", "1e3s", "Infinity", "PT", "P1Y", "90s later"]

describe("a duration", () => {
  it.effect("is read at each of these places", () =>
    Effect.gen(function* () {
      const names = (yield* readers).map(([name]) => name)
      assert.includeMembers(names, [
        "login --timeout",
        "sentinel start --drain",
        "sentinel clock advance by",
        "sentinel start --point codeLifetime",
        "points.sessionLifetime of a file"
      ])
      assert.isAbove(names.length, 18)
    })
  )

  it.effect.each(ninetySeconds)("%j is 90 seconds everywhere", (text) =>
    Effect.gen(function* () {
      for (const [name, read] of yield* readers) {
        const value = only(yield* read(text))
        assert.isTrue(Duration.isDuration(value), name)
        assert.strictEqual(Duration.toMillis(value as Duration.Duration), 90_000, name)
      }
    })
  )

  it.effect.each(none)("%j is refused everywhere, with an example", (text) =>
    Effect.gen(function* () {
      for (const [name, read] of yield* readers) {
        const { message } = yield* Effect.flip(read(text))
        assert.match(message, /a duration (?:such as \d|from .* to .*, such as \d)/, name)
      }
    })
  )
})
