/**
 * Starts the example application, with an embedded Sentinel when no account is configured.
 */
import * as NodeMain from "@le-auth/node/NodeMain"
import * as StoreUrl from "@le-auth/node/StoreUrl"
import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Application from "./Application.ts"
import * as Configuration from "./Configuration.ts"
import * as EmbeddedSentinel from "./EmbeddedSentinel.ts"

const banner = (configuration: Configuration.Configuration) => {
  const origin = new URL(configuration.installation.redirectUris[0]!).origin
  const lines = ["", `  Open       ${origin}`, `  Account    ${configuration.installation.accountId}`]
  if (configuration.sentinel === undefined) lines.push(`  Domain API ${configuration.domainApi}`)
  else {
    const { control, origin: sentinel } = configuration.sentinel
    lines.push(
      "  Sign in as agent@example.com with the password agent",
      "         or  admin@example.com with the password admin",
      `  Sentinel   ${sentinel} (local, for development)`,
      `  Inspector  ${control} (what Sentinel does, and why; users, faults, clock)`
    )
  }
  lines.push(
    `  Sessions   ${configuration.store._tag === "Memory" ? "are forgotten when it stops" : `stay in ${StoreUrl.describe(configuration.store)}`}`
  )
  return Console.log([...lines, "", "  Ctrl-C stops it.", ""].join("\n"))
}

const program = Effect.gen(function* () {
  const configuration = yield* Configuration.load(process.env)
  const application = Application.layer(configuration)
  const all =
    configuration.sentinel === undefined
      ? application
      : Layer.merge(
          application,
          EmbeddedSentinel.layer({
            ...configuration.sentinel,
            redirectUri: configuration.installation.redirectUris[0]!,
            store: configuration.store
          })
        )
  return Layer.effectDiscard(banner(configuration)).pipe(Layer.provide(all))
})

/** A wrong setting or a taken port is not a crash: the message says what to do, and a stack would only hide it. */
const report = <E extends { readonly message: string }>(cause: Cause.Cause<E>) => {
  if (Cause.hasInterruptsOnly(cause)) return Effect.void
  const failure = Cause.findErrorOption(cause)
  return Console.error(Option.isSome(failure) ? failure.value.message : Cause.pretty(cause))
}

// A server that is told to stop ends well.
NodeMain.run(Layer.launch(Layer.unwrap(program)).pipe(Effect.tapCause(report)), {
  reportErrors: false,
  exitCode: () => 0
})
