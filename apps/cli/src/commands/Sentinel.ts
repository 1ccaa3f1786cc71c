/**
 * `le-auth sentinel`
 *
 * @since 0.1.0
 */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { defaultSentinelPort, sentinelPort } from "../SentinelPort.ts"

const Port = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65_535 }))

const flags = {
  port: Flag.Int("port").pipe(
    Flag.withSchema(Port),
    Flag.withFallbackConfig(sentinelPort),
    Flag.withDescription(`Where to listen; 0 for any free port (default: SENTINEL_PORT or ${defaultSentinelPort})`)
  ),
  host: Flag.String("host").pipe(
    Flag.withDefault("127.0.0.1"),
    Flag.withDescription("The address to listen on (default: 127.0.0.1, so only this computer)")
  ),
  config: Flag.File("config", { mustExist: true }).pipe(
    Flag.optional,
    Flag.withDescription("A JSON file of accounts, users and installations, instead of the built-in ones")
  )
}

const start = Command.make("start", flags, (options) =>
  Effect.flatMap(
    Effect.promise(() => import("../SentinelStart.ts")),
    ({ run }) => run(options)
  )
).pipe(
  Command.withDescription(
    "Run Sentinel on this computer: the same sign-in as LivePerson's, with accounts and users of your own. " +
      "It keeps everything in memory. Ctrl-C stops it (exit code 130)."
  ),
  Command.withShortDescription("Run Sentinel on this computer"),
  Command.withExamples([
    { command: "le-auth sentinel start", description: "With the built-in account and users" },
    { command: "le-auth sentinel start --port 4500 --config sentinel.json", description: "With your own" }
  ])
)

/**
 * @since 0.1.0
 */
export const command = Command.make("sentinel").pipe(
  Command.withDescription("Run a Sentinel of your own, to develop and test against."),
  Command.withShortDescription("Run a Sentinel of your own"),
  Command.withSubcommands([start])
)
