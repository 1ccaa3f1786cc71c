/**
 * Offers the accounts of a local Sentinel that has its own.
 */
import * as AppInstallations from "@le-auth/core/AppInstallations"
import { AccountId, ClientId, RedirectUri } from "@le-auth/core/Identifiers"
import { isLoopback, type Origin } from "@le-auth/core/Origin"
import * as NodeHttp from "@le-auth/node/NodeHttp"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as SentinelControl from "../../target/SentinelControl.ts"
import { sentinelControl } from "../../target/SentinelPort.ts"
import type { Target } from "../../target/Target.ts"
import { Failure } from "../../terminal/Failure.ts"
import * as Output from "../../terminal/Output.ts"
import { ask, canAsk, select } from "../../terminal/Prompts.ts"
import { join, type Text, text } from "../../terminal/TerminalText.ts"
import { questions } from "./Questions.ts"

interface Offer {
  readonly account: string
  readonly application: string
  readonly name: string
  readonly redirectUri: string | undefined
}

/** A command can receive a callback on this computer only. */
const isHere = (redirectUri: string): boolean => {
  const { host, protocol } = new URL(redirectUri)
  return protocol === "http:" && isLoopback(host)
}

/** The applications of the local Sentinel that a command can use, for users or with `--app`; none without a control. */
const offers = Effect.fnUntraced(function* (app: boolean) {
  const control = yield* SentinelControl.connect(yield* sentinelControl)
  const accounts = yield* control.accounts.list()
  return accounts.flatMap(({ id, installations }) =>
    installations.flatMap(({ client_id, client_name, grant_types, redirect_uris }): ReadonlyArray<Offer> => {
      const redirectUri = redirect_uris.find(isHere)
      const canUse = app ? grant_types.includes("client_credentials") : redirectUri !== undefined
      return canUse ? [{ account: id, application: client_id, name: client_name, redirectUri }] : []
    })
  )
})

const offered = (app: boolean) =>
  offers(app).pipe(
    Effect.timeout("2 seconds"),
    // In strict mode there is no control; then Sentinel itself refuses the sign-in.
    Effect.orElseSucceed((): ReadonlyArray<Offer> => []),
    Effect.provide(NodeHttp.layer)
  )

const inWords = ({ account, application, name }: Offer): Text =>
  text`account ${account}, application ${application} (${name})`

/**
 * The target in place of the built-in application, if the Sentinel does not know that: its only application, or the one
 * that the user chooses. Asks for its secret.
 */
export const instead = Effect.fnUntraced(function* (
  builtIn: Target["Service"],
  { app, localSentinel }: { readonly app: boolean; readonly localSentinel: Origin }
) {
  const found = yield* offered(app)
  const { clientId } = app ? builtIn.appInstallation : builtIn.installation
  const [first, ...others] = found
  if (first === undefined || found.some(({ application }) => application === clientId)) return undefined
  if (!(yield* canAsk)) {
    return yield* new Failure({
      text: join("\n", [
        text`The local Sentinel at ${localSentinel} has accounts of its own:`,
        ...found.map(
          (offer) => text`  ${inWords(offer)}${offer.redirectUri === undefined ? "" : `, ${offer.redirectUri}`}`
        ),
        text`Name one, and its secret, with LE_AUTH_* or --settings, or sign in on a terminal.`
      ]),
      code: "configuration"
    })
  }
  yield* Output.say(text`The local Sentinel at ${localSentinel} has accounts of its own.`)
  const chosen =
    others.length === 0
      ? first
      : yield* select(
          text`Sign in to`,
          found.map((offer) => ({ title: inWords(offer), value: offer }))
        )
  if (others.length === 0) yield* Output.say(text`This is ${inWords(chosen)}.`)
  const installation = new AppInstallations.AppInstallation({
    accountId: AccountId.make(chosen.account),
    clientId: ClientId.make(chosen.application),
    clientSecret: Redacted.make(yield* ask(questions.LE_AUTH_CLIENT_SECRET), { label: "client_secret" }),
    redirectUris: chosen.redirectUri === undefined ? [] : [RedirectUri.make(chosen.redirectUri)]
  })
  return { ...builtIn, installation, appInstallation: installation, profile: undefined }
})
