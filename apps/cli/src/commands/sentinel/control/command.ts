/**
 * `le-auth sentinel fault`, `clock`, `journal` and `webhook`
 */
import { DurationText } from "@le-auth/core/Settings"
import type { FaultTarget } from "@le-auth/sentinel/Fault"
import type { FilterRoute } from "@le-auth/sentinel/JournalEntry"
import type { EventType } from "@le-auth/sentinel/Webhook"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { sentinelControl } from "../../../target/SentinelPort.ts"
import { targetFlags, worksFor } from "../../../target/TargetFlags.ts"
import * as Checked from "../../../terminal/Checked.ts"

const work = Effect.promise(() => import("./run.ts"))

/** Which Sentinel is meant. */
export const common = {
  control: Flag.String("control").pipe(
    Flag.withFallbackConfig(sentinelControl),
    Flag.withMetavar("address"),
    Flag.withDescription(
      "Which Sentinel (default: SENTINEL_CONTROL, or the local one: http://127.0.0.1:4402); put the token of a control that " +
        "has one in SENTINEL_CONTROL_TOKEN"
    )
  )
}

const Count = Schema.Int.check(Schema.isGreaterThan(0, { expected: "a whole number from 1 on" }))
const text = (name: string, description: string) =>
  Flag.String(name).pipe(Checked.flag(Schema.NonEmptyString), Flag.optional, Flag.withDescription(description))
const count = (name: string, description: string) =>
  Flag.Int(name).pipe(Checked.flag(Count), Flag.optional, Flag.withDescription(description))

/** Those of Sentinel, repeated because their schema is loaded only when it is used. */
const routes = [
  "authorize",
  "login",
  "logout",
  "token",
  "app-token",
  "revoke",
  "keys",
  "metadata",
  "domain",
  "users",
  "userinfo",
  "end-session",
  "status-reasons",
  "stub",
  "other"
] as const

/** Those of `Fault.FaultTarget`. */
const targets = [...routes, "exchange", "refresh", "any"] as const satisfies ReadonlyArray<FaultTarget>

/** Those of `JournalEntry.FilterRoute`. */
const filterRoutes = [...routes, "control"] as const satisfies ReadonlyArray<FilterRoute>

/** Those of `Fault.Action`, repeated because its schema is loaded only when it is used. */
const actions = [
  "oauth-error",
  "too-many-requests",
  "server-error",
  "liveperson-error",
  "html",
  "answer",
  "silence",
  "delay",
  "drop-connection",
  "truncate",
  "expired-code",
  "used-code",
  "killed-session",
  "rotated-key"
] as const

const addFault = Command.make(
  "add",
  {
    ...common,
    action: Argument.Literals("action", actions).pipe(
      Argument.withDescription(`What goes wrong: ${actions.join(", ")}`)
    ),
    settings: Flag.KeyValuePair("set").pipe(
      Flag.optional,
      Flag.withMetavar("name=value"),
      Flag.withDescription("A setting of the action, such as retry_after=7, error=access_denied or by=3s; repeatable")
    ),
    route: Flag.Literals("route", targets).pipe(
      Flag.optional,
      Flag.withDescription("Only this route; exchange and refresh are the two uses of token")
    ),
    account: text("account", "Only this account").pipe(Flag.withMetavar("id")),
    client: text("client", "Only this application"),
    method: Flag.Literals("method", Checked.methods).pipe(Flag.optional, Flag.withDescription("Only this method")),
    nth: count("nth", "Only the nth matching request, from now on"),
    every: count("every", "Only every nth matching request"),
    times: count("times", "The maximum number of times (default: until it is removed)"),
    id: text("id", "Its name (default: fault-1, fault-2, ...)")
  },
  ({ account, client, every, method, nth, route, ...options }) =>
    Effect.flatMap(work, ({ addFault }) =>
      addFault({ ...options, match: { account, client, every, method, nth, route } })
    )
).pipe(
  Command.withDescription(
    "Arm a fault. Requests meet it in their order, never at random; an answer that it has changed has the header " +
      "x-sentinel-fault."
  ),
  Command.withShortDescription("Arm a fault"),
  Command.withExamples([
    {
      command: "le-auth sentinel fault add too-many-requests --route refresh --nth 3 --set retry_after=7",
      description: "The third refresh from now on is told to wait"
    },
    {
      command: "le-auth sentinel fault add oauth-error --route authorize --set error=access_denied --times 1",
      description: "The next sign-in is denied"
    },
    {
      command: "le-auth sentinel fault add drop-connection --route exchange --set after=true",
      description: "Redeem the code, then lose the answer"
    },
    { command: "le-auth sentinel fault add delay --set by=3s", description: "Everything takes three seconds more" }
  ])
)

const listFaults = Command.make("list", common, (options) =>
  Effect.flatMap(work, ({ listFaults }) => listFaults(options))
).pipe(
  Command.withDescription("Show the armed faults, and the requests that they have met"),
  Command.withExamples([
    { command: "le-auth sentinel fault list", description: "All of them" },
    { command: "le-auth sentinel fault list --json | jq '.[].acted'", description: "How often each one acted" }
  ])
)

const clearFaults = Command.make(
  "clear",
  {
    ...common,
    id: Argument.String("id").pipe(Argument.optional, Argument.withDescription("One fault (default: all of them)"))
  },
  (options) => Effect.flatMap(work, ({ clearFaults }) => clearFaults(options))
).pipe(
  Command.withDescription("Remove all faults, or one"),
  Command.withExamples([
    { command: "le-auth sentinel fault clear", description: "Behave again" },
    { command: "le-auth sentinel fault clear fault-2", description: "Remove one fault" }
  ])
)

export const fault = Command.make("fault").pipe(
  Command.withDescription("Let a running Sentinel misbehave, to see how an application reacts."),
  Command.withShortDescription("Let a running Sentinel misbehave"),
  Command.withSubcommands([addFault, listFaults, clearFaults])
)

const advance = Command.make(
  "advance",
  {
    ...common,
    by: Argument.String("by").pipe(
      Checked.argument(DurationText),
      Argument.withMetavar("duration"),
      Argument.withDescription("How far, such as 8h, 1h30m or '90 seconds'")
    )
  },
  ({ by, ...options }) => Effect.flatMap(work, ({ clock }) => clock({ ...options, set: Option.some(by) }))
).pipe(
  Command.withDescription(
    "Set Sentinel's clock forward: codes, tokens and sessions expire by it. It can only be set back to the real time."
  ),
  Command.withShortDescription("Set Sentinel's clock forward"),
  Command.withExamples([{ command: "le-auth sentinel clock advance 8h", description: "Let every access token expire" }])
)

const real = Command.make("real", common, (options) =>
  Effect.flatMap(work, ({ clock }) => clock({ ...options, set: Option.some("real" as const) }))
).pipe(
  Command.withDescription("Set Sentinel's clock back to the real time. Sessions and tokens stay."),
  Command.withShortDescription("Set Sentinel's clock back to the real time"),
  Command.withExamples([{ command: "le-auth sentinel clock real", description: "Undo all advances" }])
)

export const clock = Command.make("clock", common, (options) =>
  Effect.flatMap(work, ({ clock }) => clock({ ...options, set: Option.none() }))
).pipe(
  Command.withDescription("Show the time of a running Sentinel."),
  Command.withShortDescription("Show, or set forward, Sentinel's clock"),
  Command.withExamples([{ command: "le-auth sentinel clock", description: "The time, and how far it is ahead" }]),
  Command.withSubcommands([advance, real])
)

export const journal = Command.make(
  "journal",
  {
    ...common,
    follow: Flag.Boolean("follow").pipe(
      Flag.withDefault(false),
      Flag.withoutNegation,
      Flag.withDescription("Also show each new entry, until Ctrl-C or until Sentinel stops")
    ),
    limit: Flag.Int("limit").pipe(
      Checked.flag(Count),
      Flag.withDefault(20),
      Flag.withDescription("The number of last entries to show (default: 20)")
    ),
    about: text("about", "Only entries about an account, application, user, route, outcome, request id or fault"),
    text: text("text", "Only entries that have this text anywhere, in large or small letters"),
    outcome: text("outcome", "Only this outcome, such as invalid_grant; or refused, for every refusal"),
    application: text("application", "Only requests of this application").pipe(Flag.withMetavar("client-id")),
    route: Flag.Literals("route", filterRoutes).pipe(
      Flag.optional,
      Flag.withDescription("Only this route; control is for the changes")
    )
  },
  (options) => Effect.flatMap(work, ({ journal }) => journal(options))
).pipe(
  Command.withDescription(
    "Show the requests of a running Sentinel, its decisions, and the reasons, also those that its answers do not say. " +
      "There are no secrets in it."
  ),
  Command.withShortDescription("Show Sentinel's decisions, and the reasons"),
  Command.withExamples([
    { command: "le-auth sentinel journal --follow", description: "Watch it" },
    { command: "le-auth sentinel journal --about invalid_grant --json", description: "Why tokens were refused" },
    { command: "le-auth sentinel journal --route token --outcome refused", description: "Only refusals of that route" }
  ])
)

/** Those of `Webhook.EventType`, repeated because its schema is loaded only when it is used. */
const events = [
  "ms.MessagingEventNotification.ContentEvent",
  "ms.MessagingEventNotification.RichContentEvent",
  "ms.MessagingEventNotification.AcceptStatusEvent",
  "ms.MessagingEventNotification.ChatStateEvent",
  "cqm.ExConversationChangeNotification"
] as const satisfies ReadonlyArray<EventType>

export const webhook = Command.make(
  "webhook",
  {
    ...common,
    ...targetFlags,
    url: Argument.String("url").pipe(
      Argument.withDescription("The receiver: on this computer, or on a host that sentinel start --webhook-host names")
    ),
    event: Flag.Literals("event", events).pipe(
      Flag.optional,
      Flag.withDescription("What it tells of (default: ms.MessagingEventNotification.ContentEvent)")
    ),
    bodyFile: Flag.File("body-file", { mustExist: true }).pipe(
      Flag.optional,
      Flag.withDescription("A file that is the whole body, kept in each byte, in place of an event")
    ),
    hash: Flag.Literals("hash", ["sha1", "sha256"]).pipe(
      Flag.optional,
      Flag.withDescription("The hash of the signature (default: sha1)")
    ),
    encoding: Flag.Literals("encoding", ["base64", "hex"]).pipe(
      Flag.optional,
      Flag.withDescription("The form of the signature (default: base64)")
    ),
    fault: Flag.Literals("fault", ["late", "twice", "wrong-signature"]).pipe(
      Flag.optional,
      Flag.withDescription("What goes wrong: late (see --by), twice, wrong-signature")
    ),
    by: Flag.String("by").pipe(
      Checked.flag(DurationText),
      Flag.optional,
      Flag.withMetavar("duration"),
      Flag.withDescription("How late it comes, up to a minute, such as 3s or '1 minute' (default: 5s)")
    ),
    maxRetries: Flag.Int("max-retries").pipe(
      Flag.optional,
      Flag.withDescription("How often it is repeated until it is answered 200 or 201, from 0 to 5 (default: 0)")
    )
  },
  (options) =>
    Effect.flatMap(
      Effect.promise(() => import("./webhook.ts")),
      ({ webhook }) => webhook(options)
    )
).pipe(
  Command.withDescription(
    "Let a running Sentinel send a webhook, signed with the secret of the application as LivePerson signs its own, and " +
      "show what the receiver answers. The application and its secret are those of the profile, of LE_AUTH_*, or the " +
      `built-in ones. ${worksFor.each}`
  ),
  Command.withShortDescription("Let Sentinel send a signed webhook"),
  Command.withExamples([
    {
      command: "le-auth sentinel webhook http://localhost:3000/webhooks",
      description: "A message of a consumer, signed"
    },
    {
      command: "le-auth sentinel webhook http://localhost:3000/webhooks --fault wrong-signature",
      description: "Your receiver must refuse it"
    },
    {
      command:
        "le-auth sentinel webhook http://localhost:3000/webhooks --hash sha256 --encoding hex --body-file event.json",
      description: "A body of your own, in the other form of a signature"
    }
  ])
)
