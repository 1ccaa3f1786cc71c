/**
 * `le-auth sentinel start`
 */
import { DevelopmentHost } from "@le-auth/core/DevelopmentHosts"
import { isHost, Origin } from "@le-auth/core/Origin"
import { DurationText } from "@le-auth/core/Settings"
import * as SentinelDialect from "@le-auth/sentinel/SentinelDialect"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as IpNetwork from "effect/net/IpNetwork"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { defaultSentinelPort, sentinelPort } from "../../../target/SentinelPort.ts"
import * as Checked from "../../../terminal/Checked.ts"
import * as Load from "../../Load.ts"

/** An environment variable, since other users of a computer see the arguments. */
const sentinelStore = Config.NonEmptyString("SENTINEL_STORE").pipe(Config.withDefault("memory:"))

/** A whole name: what is below it is another host. */
const HostName = Schema.String.check(
  Schema.makeFilter((name: string) => isHost(name) && !/:\d+$/.test(name), {
    expected: "the name of a host, or an IPv4 address, without a port"
  })
)

const flags = {
  port: Flag.Int("port").pipe(
    Checked.flag(Checked.Port),
    Flag.withFallbackConfig(sentinelPort),
    Flag.withDescription(`The port to listen on, 0 for any free one (default: SENTINEL_PORT or ${defaultSentinelPort})`)
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
      "Where sessions, codes and tokens are kept: memory:, sqlite:PATH or postgres://…; put a URL with a password in " +
        "SENTINEL_STORE (default: SENTINEL_STORE or memory:)"
    )
  ),
  publicOrigin: Flag.String("public-origin").pipe(
    Checked.flag(Origin),
    Flag.optional,
    Flag.withMetavar("https://host"),
    Flag.withDescription(
      "The origin under which browsers reach it, if a proxy is in front of it (default: the address it listens on)"
    )
  ),
  hostNames: Flag.String("host-name").pipe(
    Checked.flag(HostName),
    Flag.atLeast(0),
    Flag.withMetavar("name"),
    Flag.withDescription(
      "Another host that it is reached by, such as the name of its container, without a port; repeatable. The Domain API " +
        "answers with the host it was asked by, if that is one of them"
    )
  ),
  tls: Flag.Boolean("tls").pipe(
    Flag.withDefault(false),
    Flag.withoutNegation,
    Flag.withDescription(
      "Speak https on --port, with a certificate of an authority of its own, which is kept in .le-auth and can name " +
        "this computer and development names only; nothing is installed"
    )
  ),
  tlsNames: Flag.String("tls-name").pipe(
    Checked.flag(DevelopmentHost),
    Flag.atLeast(0),
    Flag.withMetavar("name"),
    Flag.withDescription(
      "Another name in the certificate of --tls, beside localhost: one label such as sentinel, or below .localhost, " +
        ".internal, .test or .local; repeatable"
    )
  ),
  tlsCert: Flag.File("tls-cert", { mustExist: true }).pipe(
    Flag.optional,
    Flag.withDescription("Speak https on --port with the certificate in this PEM file, read again when it changes")
  ),
  tlsKey: Flag.File("tls-key", { mustExist: true }).pipe(
    Flag.optional,
    Flag.withDescription("The private key of --tls-cert, a PEM file without a passphrase")
  ),
  operationsPort: Flag.Int("operations-port").pipe(
    Checked.flag(Checked.Port),
    Flag.optional,
    Flag.withDescription("A port of its own for /metrics and /health, for operators (default: /metrics is on --port)")
  ),
  controlPort: Flag.Int("control-port").pipe(
    Checked.flag(Checked.Port),
    Flag.optional,
    Flag.withDescription(
      "The port of its control for sentinel fault, clock and journal (default: --port plus 2, or minus 2 from 65534 on)"
    )
  ),
  controlHost: Flag.String("control-host").pipe(
    Flag.optional,
    Flag.withMetavar("address"),
    Flag.withDescription(
      "The address that the control listens on, such as 0.0.0.0 in a container (default: 127.0.0.1, so only this " +
        "computer). Others must send the token of SENTINEL_CONTROL_TOKEN, 256 random bits; without one it is drawn and " +
        "shown once"
    )
  ),
  noControl: Flag.Boolean("no-control").pipe(
    Flag.withDefault(false),
    Flag.withoutNegation,
    Flag.withDescription(
      "Run without a control, so that it cannot be told to misbehave; strict mode has none in any case"
    )
  ),
  webhookHosts: Flag.String("webhook-host").pipe(
    Checked.flag(HostName),
    Flag.atLeast(0),
    Flag.withMetavar("name"),
    Flag.withDescription(
      "A host that its control may send webhooks to, beside this computer, without a port; repeatable (see sentinel webhook)"
    )
  ),
  redirectUris: Flag.String("redirect-uri").pipe(
    Flag.atLeast(0),
    Flag.withMetavar("uri"),
    Flag.withDescription(
      "Another callback of the built-in application, on a host that is not this computer: any address of localhost, " +
        "127.0.0.1 and [::1] is right without it; repeatable. With --config add it to the file"
    )
  ),
  quickSignIn: Flag.Boolean("quick-sign-in").pipe(
    Flag.withDefault(false),
    Flag.withoutNegation,
    Flag.withDescription(
      "List the users of --config on the login page, one button each, without a password, for everybody who reaches " +
        "this Sentinel; the built-in users are listed on loopback in any case"
    )
  ),
  strict: Flag.Boolean("strict").pipe(
    Flag.withDefault(false),
    Flag.withoutNegation,
    Flag.withDescription(
      "For staging: refuses well-known passwords, short secrets and plain http, hashes passwords with a strong cost, has no " +
        "control listener and no start page, and has metrics on --operations-port only"
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
      "A network of your proxies, whose X-Forwarded-For is trusted when failed sign-ins are counted; repeatable. none: " +
        "there is no proxy. Strict mode requires it with --public-origin"
    )
  ),
  dialect: Flag.Literals("dialect", SentinelDialect.DialectName.literals).pipe(
    Flag.optional,
    Flag.withDescription(
      "liveperson lets through what programs send to LivePerson, with warnings; rfc refuses what RFC 6749 and RFC 9700 " +
        "forbid; openid is for strict OpenID Connect clients (default: that of --config, or liveperson)"
    )
  ),
  points: Flag.KeyValuePair("point").pipe(
    Flag.optional,
    Flag.withMetavar("name=value"),
    Flag.withDescription(
      "A point over the dialect, such as expiresIn=string, issuer=Sentinel, codeLifetime=90s or tokenVersions=1.0,2.0; repeatable"
    )
  ),
  /** The old name of `--point`. In all other commands it is a saved application. */
  profile: Flag.String("profile").pipe(Flag.atLeast(0), Flag.withMetavar("name"), Flag.withHidden),
  drain: Flag.String("drain").pipe(
    Checked.flag(DurationText),
    Flag.withDefault(Duration.zero),
    Flag.withMetavar("duration"),
    Flag.withDescription("How long to keep serving after SIGTERM, with /health/ready red, such as 5s or '1 minute'")
  ),
  logFormat: Flag.Literals("log-format", ["json", "pretty"]).pipe(
    Flag.optional,
    Flag.withDescription("The format of the log on stderr (default: pretty on a terminal, else json)")
  ),
  accessLog: Flag.Boolean("access-log").pipe(
    Flag.withDefault(true),
    Flag.withDescription("Log each request, without query and body (default: yes)")
  )
}

export const command = Command.make(
  "start",
  flags,
  Load.run(() => import("./run.ts"))
).pipe(
  Command.withDescription(
    "Run Sentinel on this computer: the same sign-in as LivePerson's, with accounts and users of your own. " +
      "It keeps everything in memory unless --store names a place, and applies a changed --config file at once, and " +
      "on SIGHUP. Ctrl-C or SIGTERM lets requests finish and stops it (exit code 0); a second one ends " +
      "it at once. With OTEL_EXPORTER_OTLP_ENDPOINT, logs, metrics and traces are also sent there."
  ),
  Command.withShortDescription("Run Sentinel on this computer"),
  Command.withExamples([
    { command: "le-auth sentinel start", description: "With the built-in account and users" },
    { command: "le-auth sentinel start --port 4500 --config sentinel.jsonc", description: "With your own" },
    {
      command: "le-auth sentinel start --store sqlite:state/sentinel.sqlite",
      description: "Sessions survive a restart"
    },
    {
      command: "le-auth sentinel start --point expiresIn=string --point accessTokenLifetime='5 minutes'",
      description: "In another dialect"
    },
    {
      command: "le-auth sentinel start --redirect-uri http://app.test:3000/callback",
      description: "For an application that browsers find under a name of its own"
    },
    {
      command: "le-auth sentinel start --tls --tls-name sentinel",
      description: "With https, for programs that speak nothing else"
    },
    {
      command: "le-auth sentinel start --host 0.0.0.0 --control-host 0.0.0.0",
      description: "In a container, with a control that asks for its token"
    },
    {
      command:
        "le-auth sentinel start --strict --host 0.0.0.0 --public-origin https://sentinel.example.com " +
        "--trusted-proxy 10.0.0.0/8 --config sentinel.jsonc --operations-port 9400",
      description: "For staging, behind a proxy that ends TLS"
    }
  ])
)
