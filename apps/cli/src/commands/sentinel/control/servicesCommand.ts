/**
 * `le-auth sentinel service`, `stub` and `introspect`
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { common } from "./command.ts"

const work = Effect.promise(() => import("./services.ts"))

const flags = {
  ...common,
  account: Flag.String("account").pipe(
    Flag.optional,
    Flag.withMetavar("id"),
    Flag.withDescription("The account (default: the one that this Sentinel has)")
  )
}

const serviceName = Argument.String("service").pipe(
  Argument.withDescription("The name of the service, such as faasGW; case sensitive")
)

const listServices = Command.make("list", flags, (options) =>
  Effect.flatMap(work, ({ listServices }) => listServices(options))
).pipe(
  Command.withDescription("Show the services that are elsewhere than Sentinel"),
  Command.withExamples([{ command: "le-auth sentinel service list", description: "All of the account" }])
)

const setService = Command.make(
  "set",
  {
    ...flags,
    service: serviceName,
    host: Argument.String("host").pipe(
      Argument.withDescription("Where it is: a bare host, such as localhost:7000 or api.example")
    )
  },
  (options) => Effect.flatMap(work, ({ setService }) => setService(options))
).pipe(
  Command.withDescription("Say where a service is: the Domain API tells it at once"),
  Command.withExamples([
    { command: "le-auth sentinel service set faasGW localhost:7000", description: "A stub of your own" }
  ])
)

const removeService = Command.make("remove", { ...flags, service: serviceName }, (options) =>
  Effect.flatMap(work, ({ removeService }) => removeService(options))
).pipe(
  Command.withDescription("Bring a service back to Sentinel's own host"),
  Command.withExamples([{ command: "le-auth sentinel service remove faasGW", description: "Undo set" }])
)

export const service = Command.make("service").pipe(
  Command.withDescription("Move services of the Domain API to hosts elsewhere, while Sentinel runs."),
  Command.withShortDescription("Say where services are"),
  Command.withSubcommands([listServices, setService, removeService])
)

const routeWords = "A method and a path with {account}, such as 'POST /api/account/{account}/lambdas/{id}/invocation'"

/** Those of `Stub.StubToken`, repeated because its schema is loaded only when it is used. */
const tokens = ["any", "user", "application", "none"] as const

const text = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.optional, Flag.withDescription(description))

const addStub = Command.make(
  "add",
  {
    ...flags,
    service: serviceName,
    route: Argument.String("route").pipe(Argument.withDescription(routeWords)),
    token: Flag.Literals("token", tokens).pipe(
      Flag.optional,
      Flag.withDescription("Whose token it takes (default: any, that of a user or of an application)")
    ),
    scope: text("scope", "The scope that an app token needs"),
    status: Flag.Int("status").pipe(Flag.optional, Flag.withDescription("The status of its answer (default: 200)")),
    jsonBody: text("json-body", "The body of its answer, as JSON"),
    textBody: text("text-body", "The body of its answer, as text"),
    headers: Flag.String("header").pipe(
      Flag.atLeast(0),
      Flag.withMetavar("name:value"),
      Flag.withDescription("A header of its answer; repeatable")
    )
  },
  (options) => Effect.flatMap(work, ({ addStub }) => addStub(options))
).pipe(
  Command.withDescription(
    "Add a stub to a service, in place of the one of the same route. It answers at Sentinel's own host, once the token " +
      "of a request is checked."
  ),
  Command.withShortDescription("Add a stub"),
  Command.withExamples([
    {
      command:
        "le-auth sentinel stub add faasGW 'POST /api/account/{account}/lambdas/{id}/invocation' --token user --json-body '{}'",
      description: "A function that answers every user"
    },
    {
      command: "le-auth sentinel stub add msgHist 'GET /api/account/{account}/conversations' --status 503",
      description: "An API that is down"
    }
  ])
)

const listStubs = Command.make("list", flags, (options) =>
  Effect.flatMap(work, ({ listStubs }) => listStubs(options))
).pipe(
  Command.withDescription("Show the stubs of an account"),
  Command.withExamples([{ command: "le-auth sentinel stub list --json", description: "All of them, as in a file" }])
)

const removeStubs = Command.make(
  "remove",
  {
    ...flags,
    service: serviceName,
    route: Argument.String("route").pipe(
      Argument.optional,
      Argument.withDescription("The route of one stub (default: all stubs of the service)")
    )
  },
  (options) => Effect.flatMap(work, ({ removeStubs }) => removeStubs(options))
).pipe(
  Command.withDescription("Remove the stubs of a service, or one of them"),
  Command.withExamples([{ command: "le-auth sentinel stub remove faasGW", description: "All of faasGW" }])
)

export const stub = Command.make("stub").pipe(
  Command.withDescription("Let a running Sentinel answer in place of a service of LivePerson's."),
  Command.withShortDescription("Let Sentinel answer in place of a service"),
  Command.withSubcommands([addStub, listStubs, removeStubs])
)

export const introspect = Command.make("introspect", common, (options) =>
  Effect.flatMap(work, ({ introspect }) => introspect(options))
).pipe(
  Command.withDescription(
    "Say whether an access token, an app token or a refresh token is good, and whose it is (RFC 7662). The token is read " +
      "from standard input, since an argument would stay in the history of the shell. Exit code 0 only if it is good."
  ),
  Command.withShortDescription("Say whether a token is good"),
  Command.withExamples([
    { command: "le-auth token | le-auth sentinel introspect", description: "The token of the current session" }
  ])
)
