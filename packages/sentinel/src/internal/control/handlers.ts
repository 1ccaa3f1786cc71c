/** The contract of the control over the service in the process: thin, since `Control` does the work. */
import * as SchemaProblems from "@le-auth/core/SchemaProblems"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Layer from "effect/Layer"
import { Control } from "../../Control.ts"
import { AllProblems, ControlApi } from "../../ControlApi.ts"
import { InvalidChange, NotThere } from "../../ControlError.ts"
import { SentinelDialect } from "../../SentinelDialect.ts"
import { internalError } from "./failures.ts"
import type { ClockState } from "./VirtualClock.ts"
import * as WholeDocument from "./WholeDocument.ts"

const shown = ({ ahead, now }: ClockState) => ({ now: DateTime.makeUnsafe(now), ahead })

/** What is large is read in slices, and not by the contract. The whole text is here already, see `ControlAnswers`. */
const textOf = (request: HttpServerRequest.HttpServerRequest) => Effect.orDie(request.text)

const clock = HttpApiBuilder.group(ControlApi, "clock", (handlers) =>
  Effect.map(Control, ({ clock }) =>
    handlers.handleAll({
      state: () => Effect.map(clock.state, shown),
      advance: ({ payload }) =>
        Effect.map(
          "by" in payload ? clock.advance(payload.by) : clock.advanceTo(DateTime.toEpochMillis(payload.to)),
          shown
        ),
      toRealTime: () => Effect.map(clock.toRealTime, shown)
    })
  )
)

const faults = HttpApiBuilder.group(ControlApi, "faults", (handlers) =>
  Effect.map(Control, ({ faults }) =>
    handlers.handleAll({
      list: () => faults.list,
      add: ({ payload }) => faults.add(payload),
      clear: () => faults.clear,
      remove: ({ params }) => faults.remove(params.id)
    })
  )
)

const journal = HttpApiBuilder.group(ControlApi, "journal", (handlers) =>
  Effect.map(Control, ({ explain, journal }) =>
    handlers.handleAll({
      // Thousands of entries are not checked against the contract, which would hold the thread.
      read: ({ query }) =>
        Effect.map(Effect.flatMap(journal.read(query), WholeDocument.list), (text) =>
          HttpServerResponse.text(text, { contentType: "application/json" })
        ),
      follow: ({ query }) => Effect.succeed(journal.follow(query)),
      clear: () => journal.clear,
      explain: ({ payload }) => explain(payload.secret)
    })
  )
)

const accounts = HttpApiBuilder.group(ControlApi, "accounts", (handlers) =>
  Effect.map(Control, ({ accounts, sessions }) =>
    handlers
      .handleRaw("replace", ({ request }) =>
        Effect.flatMap(textOf(request), (text) => Effect.flatMap(WholeDocument.configuration(text), accounts.replace))
      )
      .handleAll({
        list: () => accounts.list,
        addAccount: ({ payload }) => accounts.addAccount(payload),
        removeAccount: ({ params }) => accounts.removeAccount(params.accountId),
        addUser: ({ params, payload }) => accounts.addUser(params.accountId, payload),
        changeUser: ({ params, payload }) => accounts.changeUser(params.accountId, params.userId, payload),
        removeUser: ({ params }) => accounts.removeUser(params.accountId, params.userId),
        endUserSessions: ({ params }) => sessions.endUser(params.accountId, params.userId),
        addInstallation: ({ params, payload }) => accounts.addInstallation(params.accountId, payload),
        changeInstallation: ({ params, payload }) =>
          accounts.changeInstallation(params.accountId, params.clientId, payload),
        removeInstallation: ({ params }) => accounts.removeInstallation(params.accountId, params.clientId)
      })
  )
)

/** What an account has, if there is one. */
const accountOf = (accounts: Control["Service"]["accounts"], accountId: string) =>
  Effect.flatMap(accounts.list, (all) => {
    const account = all.find(({ id }) => id === accountId)
    return account === undefined ? Effect.fail(new NotThere({ what: `account ${accountId}` })) : Effect.succeed(account)
  })

const services = HttpApiBuilder.group(ControlApi, "services", (handlers) =>
  Effect.map(Control, ({ accounts }) =>
    handlers.handleAll({
      list: ({ params }) => Effect.map(accountOf(accounts, params.accountId), ({ services = {} }) => services),
      set: ({ params, payload }) => accounts.setService(params.accountId, params.service, payload.host),
      remove: ({ params }) => accounts.removeService(params.accountId, params.service)
    })
  )
)

const stubs = HttpApiBuilder.group(ControlApi, "stubs", (handlers) =>
  Effect.map(Control, ({ accounts }) =>
    handlers.handleAll({
      list: ({ params }) => Effect.map(accountOf(accounts, params.accountId), ({ stubs = {} }) => stubs),
      replace: ({ params, payload }) => accounts.setStubs(params.accountId, params.service, payload.stubs),
      add: ({ params, payload }) => accounts.addStub(params.accountId, params.service, payload),
      remove: ({ params, query }) => accounts.removeStubs(params.accountId, params.service, query.route)
    })
  )
)

const tokens = HttpApiBuilder.group(ControlApi, "tokens", (handlers) =>
  Effect.map(Control, ({ introspect }) =>
    handlers.handleAll({ introspect: ({ payload }) => introspect(payload.token) })
  )
)

const signIns = HttpApiBuilder.group(ControlApi, "signIns", (handlers) =>
  Effect.map(Control, ({ signIns }) =>
    handlers.handleAll({
      approve: ({ payload: { deny, url, user } }) =>
        Effect.map(
          deny === undefined ? signIns.approve(url, { user }) : signIns.deny(url, deny === true ? {} : deny),
          (callback) => ({ callback })
        ),
      tokens: ({ payload }) => signIns.tokens(payload)
    })
  )
)

const wantedOf = ({ alive, limit }: { readonly alive?: "true" | "false"; readonly limit?: number }) => ({
  limit,
  alive: alive === "true"
})

const sessions = HttpApiBuilder.group(ControlApi, "sessions", (handlers) =>
  Effect.map(Control, ({ sessions }) =>
    handlers.handleAll({
      list: ({ query }) => sessions.list(wantedOf(query)),
      end: ({ params }) => sessions.end(params.id),
      families: ({ query }) => sessions.families(wantedOf(query)),
      revoke: ({ params }) => sessions.revoke(params.id)
    })
  )
)

const state = HttpApiBuilder.group(ControlApi, "state", (handlers) =>
  Effect.map(Control, ({ state }) =>
    handlers
      .handleRaw("put", ({ request }) =>
        Effect.flatMap(textOf(request), (text) => Effect.flatMap(WholeDocument.snapshot(text), state.put))
      )
      .handleAll({
        reset: () => state.reset,
        take: () => state.take,
        names: () => state.names,
        save: ({ params }) => state.save(params.name),
        restore: ({ params }) => state.restore(params.name),
        forget: ({ params }) => state.forget(params.name)
      })
  )
)

const keys = HttpApiBuilder.group(ControlApi, "keys", (handlers) =>
  Effect.map(Control, ({ keys }) => handlers.handleAll({ rotate: () => Effect.map(keys.rotate, (kid) => ({ kid })) }))
)

const dialect = HttpApiBuilder.group(ControlApi, "dialect", (handlers) =>
  Effect.map(SentinelDialect, (points) => handlers.handleAll({ points: () => Effect.succeed(points) }))
)

const webhooks = HttpApiBuilder.group(ControlApi, "webhooks", (handlers) =>
  Effect.map(Control, ({ webhooks }) => handlers.handleAll({ send: ({ payload }) => webhooks.send(payload) }))
)

/** An answer of ours that does not fit is a mistake of ours, and says nothing of what is in it. */
const allProblems = HttpApiMiddleware.layerSchemaErrorTransform(AllProblems, ({ cause, kind }) =>
  kind === "Body" || kind === "ResponseHeaders"
    ? Effect.andThen(
        Effect.logError("The control has an answer that does not fit its contract", ...SchemaProblems.of(cause.issue)),
        Effect.fail(internalError)
      )
    : Effect.fail(new InvalidChange({ problems: SchemaProblems.of(cause.issue) }))
)

/** The routes, without a guard. */
export const layer = HttpApiBuilder.layer(ControlApi, { openapiPath: "/control/openapi.json" }).pipe(
  Layer.provide([
    clock,
    faults,
    journal,
    accounts,
    services,
    stubs,
    signIns,
    sessions,
    tokens,
    state,
    keys,
    dialect,
    webhooks
  ]),
  Layer.provide(allProblems)
)
