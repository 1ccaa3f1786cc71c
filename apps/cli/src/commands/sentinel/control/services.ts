/**
 * Says where services are, adds stubs, and introspects tokens, at a running Sentinel.
 */
import { AccountId } from "@le-auth/core/Identifiers"
import type { ControlClient } from "@le-auth/sentinel/ControlClient"
import * as Stub from "@le-auth/sentinel/Stub"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { failed, wrongUsage } from "../../../terminal/Failure.ts"
import * as Input from "../../../terminal/Input.ts"
import * as Output from "../../../terminal/Output.ts"
import * as Pair from "../../../terminal/Pair.ts"
import { join, text } from "../../../terminal/TerminalText.ts"
import { checked, columns, controlling, type Options, present } from "./run.ts"

/** An account of a Sentinel. */
export interface AccountOptions extends Options {
  readonly account: Option.Option<string>
}

const serviceOf = (service: string) => checked("service", Stub.ServiceName, service)

/** The account that is named, or the only one that there is. */
const accountOf = Effect.fnUntraced(function* (client: ControlClient, { account }: AccountOptions) {
  if (Option.isSome(account)) return yield* checked("--account", AccountId, account.value)
  const [first, ...others] = yield* client.accounts.list()
  if (first === undefined) return yield* failed(text`This Sentinel has no account.`)
  if (others.length === 0) return first.id
  const ids = [first, ...others.slice(0, 9)].map(({ id }) => id).join(", ")
  return yield* wrongUsage(text`This Sentinel has several accounts. Choose one with --account: ${ids}`)
})

/** Does something with the control for the account that is named, or the only one. */
const inAccount = <A, E extends { readonly _tag: string; readonly message: string }>(
  options: AccountOptions,
  use: (client: ControlClient, accountId: AccountId) => Effect.Effect<A, E>
) => controlling(options, (client) => Effect.flatMap(accountOf(client, options), (accountId) => use(client, accountId)))

export const listServices = Effect.fnUntraced(function* (options: AccountOptions) {
  const services = yield* inAccount(options, (client, accountId) => client.services.list({ params: { accountId } }))
  const lines = Object.entries(services).map(([service, host]) => columns([service, host]))
  if (lines.length === 0) return yield* Output.done(services, text`All services are at Sentinel's own host.`)
  yield* Output.print(services, join("\n", lines))
})

export const setService = Effect.fnUntraced(function* (
  options: AccountOptions & { readonly service: string; readonly host: string }
) {
  const service = yield* serviceOf(options.service)
  const host = yield* checked("host", Stub.BareHost, options.host)
  yield* inAccount(options, (client, accountId) =>
    client.services.set({ params: { accountId, service }, payload: { host } })
  )
  yield* Output.done({ service, host }, text`${service} is at ${host} now.`)
})

export const removeService = Effect.fnUntraced(function* (options: AccountOptions & { readonly service: string }) {
  const service = yield* serviceOf(options.service)
  yield* inAccount(options, (client, accountId) => client.services.remove({ params: { accountId, service } }))
  yield* Output.done({ removed: service }, text`${service} is not elsewhere any more.`)
})

/** A stub as flags describe it. */
export interface StubOptions extends AccountOptions {
  readonly service: string
  readonly route: string
  readonly token: Option.Option<string>
  readonly scope: Option.Option<string>
  readonly status: Option.Option<number>
  readonly jsonBody: Option.Option<string>
  readonly textBody: Option.Option<string>
  readonly headers: ReadonlyArray<string>
}

const notJson = wrongUsage(text`--json-body is not JSON. A text is sent with --text-body.`)

const stubOf = Effect.fnUntraced(function* ({ headers, jsonBody, route, scope, status, textBody, token }: StubOptions) {
  const json = Option.isNone(jsonBody)
    ? jsonBody
    : Option.some(yield* Effect.try({ try: () => JSON.parse(jsonBody.value) as unknown, catch: () => notJson }))
  const pairs = yield* Effect.forEach(headers, (header) => Pair.read(header, ":", "--header"))
  return yield* checked("stub", Stub.Stub, {
    route,
    ...present({ token, scope, status, json, text: textBody }),
    ...(pairs.length > 0 && { headers: Object.fromEntries(pairs.map(([name, value]) => [name, value.trim()])) })
  })
})

export const addStub = Effect.fnUntraced(function* (options: StubOptions) {
  const service = yield* serviceOf(options.service)
  const stub = yield* stubOf(options)
  yield* inAccount(options, (client, accountId) => client.stubs.add({ params: { accountId, service }, payload: stub }))
  yield* Output.done({ service, ...stub }, text`${service} answers ${stub.route} now.`)
})

export const listStubs = Effect.fnUntraced(function* (options: AccountOptions) {
  const stubs = yield* inAccount(options, (client, accountId) => client.stubs.list({ params: { accountId } }))
  const lines = Object.entries(stubs).flatMap(([service, list]) =>
    list.map(({ route, scope, status = 200, token = "any" }) =>
      columns([service, route, `token=${token}`, scope === undefined ? "" : `scope=${scope}`, String(status)])
    )
  )
  if (lines.length === 0) return yield* Output.done(stubs, text`There are no stubs.`)
  yield* Output.print(stubs, join("\n", lines))
})

export const removeStubs = Effect.fnUntraced(function* (
  options: AccountOptions & { readonly service: string; readonly route: Option.Option<string> }
) {
  const service = yield* serviceOf(options.service)
  const query = Option.isSome(options.route) ? { route: options.route.value } : {}
  yield* inAccount(options, (client, accountId) => client.stubs.remove({ params: { accountId, service }, query }))
  const what = Option.getOrElse(options.route, () => `all stubs of ${service}`)
  yield* Output.done({ removed: what }, text`Removed ${what}.`)
})

const instant = (seconds: number): string =>
  Option.match(DateTime.make(seconds * 1000), { onNone: () => String(seconds), onSome: DateTime.formatIso })

/** Shows what Sentinel knows of a token on stdin. Fails if it is not good. */
export const introspect = Effect.fnUntraced(function* (options: Options) {
  const token = Redacted.make(yield* Input.line("a token"))
  const found = yield* controlling(options, (client) => client.tokens.introspect({ payload: { token } }))
  const lines = Object.entries(found).map(([name, value]) =>
    columns([name, typeof value === "number" ? instant(value) : String(value)])
  )
  yield* Output.print(found, join("\n", lines))
  if (!found.active) return yield* failed(text`The token is not active: it is unknown, expired or revoked.`)
})
