/**
 * `le-auth sentinel`
 *
 * @since 0.1.0
 */
import { Origin } from "@le-auth/core/Origin"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as IpNetwork from "effect/net/IpNetwork"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Load from "../Load.ts"
import * as SentinelControl from "./control/command.ts"
import * as Checked from "../../terminal/Checked.ts"
import { defaultSentinelPort, sentinelPort } from "../../target/SentinelPort.ts"

/** Not an argument by custom: other users of a computer see those. */
const sentinelStore = Config.NonEmptyString("SENTINEL_STORE").pipe(Config.withDefault("memory:"))

const Port = Schema.Int.check(
  Schema.isBetween({ minimum: 0, maximum: 65_535 }, { expected: "a port, from 0 to 65535" })
)

const flags = {
  port: Flag.Int("port").pipe(
    Checked.flag(Port),
    Flag.withFallbackConfig(sentinelPort),
    Flag.withDescription(`Where to listen; 0 for any free port (default: SENTINEL_PORT or ${defaultSentinelPort})`)
  ),
  host: Flag.String("host").pipe(
    Flag.withDefault("127.0.0.1"),
    Flag.withDescription("The address to listen on (default: 127.0.0.1, so only this computer)")
  ),
  config: Flag.File("config", { mustExist: true }).pipe(
    Flag.optional,
    Flag.withDescription("A file of accounts, users and installations, instead of the built-in ones; see sentinel init")
  ),
  store: Flag.String("store").pipe(
    Flag.withFallbackConfig(sentinelStore),
    Flag.withMetavar("url"),
    Flag.withDescription(
      "Where sessions, codes and tokens are kept: memory:, sqlite:PATH or postgres://…; a URL with a password in it " +
        "belongs into SENTINEL_STORE (default: SENTINEL_STORE or memory:)"
    )
  ),
  publicOrigin: Flag.String("public-origin").pipe(
    Checked.flag(Origin),
    Flag.optional,
    Flag.withMetavar("https://host"),
    Flag.withDescription("Where browsers reach it, if a proxy is in front of it (default: the address it listens on)")
  ),
  operationsPort: Flag.Int("operations-port").pipe(
    Checked.flag(Port),
    Flag.optional,
    Flag.withDescription("A port of its own for /metrics and /health, for operators (default: /metrics is on --port)")
  ),
  controlPort: Flag.Int("control-port").pipe(
    Checked.flag(Port),
    Flag.optional,
    Flag.withDescription(
      "Where sentinel fault, clock and journal reach it, on this computer only (default: two further than --port, two lower from 65534 on)"
    )
  ),
  control: Flag.Boolean("control").pipe(
    Flag.withDefault(true),
    Flag.withDescription("Whether it can be told to misbehave (default: yes, but never in strict mode)")
  ),
  strict: Flag.Boolean("strict").pipe(
    Flag.withDefault(false),
    Flag.withoutNegation,
    Flag.withDescription(
      "For staging: refuses well-known passwords, short secrets and plain http, hashes passwords with a strong cost, has no " +
        "control listener, and has metrics on --operations-port only"
    )
  ),
  trustedProxies: Flag.String("trusted-proxy").pipe(
    Flag.filterMap(
      (text): Option.Option<"none" | IpNetwork.IpNetwork> =>
        text === "none" ? Option.some("none") : Result.getSuccess(IpNetwork.fromString(text)),
      () => "none, or a network such as 10.0.0.0/8 or 2001:db8::/32, with zeros only behind its prefix"
    ),
    Flag.atLeast(0),
    Flag.withMetavar("network"),
    Flag.withDescription(
      "A network of your proxies, whose X-Forwarded-For is believed when failed sign-ins are counted; repeatable. none: " +
        "there is no proxy. Strict mode wants to know which with --public-origin"
    )
  ),
  profile: Flag.KeyValuePair("profile").pipe(
    Flag.optional,
    Flag.withMetavar("point=value"),
    Flag.withDescription("Another dialect of LivePerson's, such as expiresIn=string or issuer=Sentinel; repeatable")
  ),
  drain: Flag.String("drain").pipe(
    Checked.flag(Schema.DurationFromString),
    Flag.withDefault(Duration.zero),
    Flag.withMetavar("duration"),
    Flag.withDescription("How long to go on serving, with /health/ready red, after SIGTERM, such as '5 seconds'")
  ),
  logFormat: Flag.Literals("log-format", ["json", "pretty"]).pipe(
    Flag.optional,
    Flag.withDescription("How the log on stderr looks (default: pretty on a terminal, else json)")
  ),
  accessLog: Flag.Boolean("access-log").pipe(
    Flag.withDefault(true),
    Flag.withDescription("Log each request, without query and body (default: yes)")
  )
}

const start = Command.make(
  "start",
  flags,
  Load.run(() => import("./start/run.ts"))
).pipe(
  Command.withDescription(
    "Run Sentinel on this computer: the same sign-in as LivePerson's, with accounts and users of your own. " +
      "It keeps everything in memory unless --store says where else, and takes over a changed --config file at once, and " +
      "on SIGHUP. Ctrl-C or SIGTERM lets requests finish and stops it (exit code 0); a second one ends " +
      "it at once. With OTEL_EXPORTER_OTLP_ENDPOINT set, logs, metrics and traces go there, too."
  ),
  Command.withShortDescription("Run Sentinel on this computer"),
  Command.withExamples([
    { command: "le-auth sentinel start", description: "With the built-in account and users" },
    { command: "le-auth sentinel start --port 4500 --config sentinel.jsonc", description: "With your own" },
    {
      command: "le-auth sentinel start --store sqlite:state/sentinel.sqlite",
      description: "Nobody is signed out by a restart"
    },
    {
      command: "le-auth sentinel start --profile expiresIn=string --profile accessTokenLifetime='5 minutes'",
      description: "In another dialect"
    },
    {
      command:
        "le-auth sentinel start --strict --host 0.0.0.0 --public-origin https://sentinel.example.com " +
        "--trusted-proxy 10.0.0.0/8 --config sentinel.jsonc --operations-port 9400",
      description: "For staging, behind a proxy that ends TLS"
    }
  ])
)

const initFlags = {
  file: Argument.File("file").pipe(
    Argument.withDefault("sentinel.jsonc"),
    Argument.withDescription("Where to write it (default: sentinel.jsonc)")
  ),
  force: Flag.Boolean("force").pipe(
    Flag.withDefault(false),
    Flag.withoutNegation,
    Flag.withDescription("Replace what is there")
  )
}

const init = Command.make(
  "init",
  initFlags,
  Load.run(() => import("./init/run.ts"))
).pipe(
  Command.withDescription(
    "Write a configuration file to begin with: JSON with comments, with passwords and secrets that are drawn at random, and " +
      "beside it a JSON Schema, so that editors complete and check it."
  ),
  Command.withShortDescription("Write a configuration file"),
  Command.withExamples([
    { command: "le-auth sentinel init", description: "Write sentinel.jsonc and sentinel.schema.json" },
    { command: "le-auth sentinel init staging.jsonc", description: "Under another name" }
  ])
)

/**
 * @since 0.1.0
 */
export const command = Command.make("sentinel").pipe(
  Command.withDescription("Run a Sentinel of your own, to develop and test against."),
  Command.withShortDescription("Run a Sentinel of your own"),
  Command.withSubcommands([start, init, SentinelControl.fault, SentinelControl.clock, SentinelControl.journal])
)
