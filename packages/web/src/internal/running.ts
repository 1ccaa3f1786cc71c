/** Effects as promises, for servers that are not effect's. */
import * as IncomingRequest from "@le-auth/core/shared/IncomingRequest"
import * as Redaction from "@le-auth/core/Redaction"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type * as ManagedRuntime from "effect/ManagedRuntime"
import type * as Scope from "effect/Scope"
import { AppAccess } from "../AppAccess.ts"
import type { AppFunctions } from "../AppFunctions.ts"
import type * as ServiceCall from "../ServiceCall.ts"
import * as Outgoing from "./outgoing.ts"

/** Runs effects with the services of a program. */
export interface Running<R> {
  /** Settles when the services are there. */
  readonly ready: Promise<void>
  readonly run: <A, E>(effect: Effect.Effect<A, E, R>) => Promise<A>
  /** Looks at a request, also where no service is there, and then runs what is about it. */
  readonly runFor: <A, E>(request: unknown, effect: () => Effect.Effect<A, E, R>) => Promise<A>
  /** Runs what answers as `fetch` does. */
  readonly call: (init: ServiceCall.Init | undefined, effect: Effect.Effect<Response, unknown, R>) => Promise<Response>
}

/** What is there at once, such as a token in memory, is given without an entry in the runtime's scope. */
const start = <A, E>(fiber: Fiber.Fiber<A, E>, scope: Scope.Scope): Promise<A> => {
  const settled = (exit: Exit.Exit<A, E>) =>
    Exit.isSuccess(exit) ? Promise.resolve(exit.value) : Promise.reject(Cause.squash(exit.cause))
  const exit = fiber.pollUnsafe()
  if (exit !== undefined) return settled(exit)
  Fiber.runIn(fiber, scope)
  return new Promise((resolve) => fiber.addObserver((exit) => resolve(settled(exit))))
}

export const make = <R, E>(runtime: ManagedRuntime.ManagedRuntime<R, E>): Running<R> => {
  let fork: (<A, E>(effect: Effect.Effect<A, E, R>) => Fiber.Fiber<A, E>) | undefined
  // Once for all effects: to put this around each of them takes longer than most of them.
  const built = runtime.runPromise(
    Effect.context<R>().pipe(
      Redaction.redacting,
      Effect.provideService(Outgoing.CallsEndWith, runtime.scope),
      Effect.map((services) => void (fork = Effect.runForkWith(services)))
    )
  )
  // A caller that does not look at it gets the error with the first request.
  built.catch(() => undefined)
  const run: Running<R>["run"] = (effect) => {
    if (fork === undefined) return built.then(() => run(effect))
    // After the end it rejects.
    if (runtime.cachedContext === undefined) return runtime.runPromise(effect)
    return start(fork(effect), runtime.scope)
  }
  return {
    ready: built,
    run,
    runFor: (request, effect) => {
      IncomingRequest.look(request)
      return run(Effect.suspend(effect))
    },
    call: (init, effect) =>
      run(effect).catch((error: unknown) => {
        // As fetch does.
        if (init?.signal?.aborted === true) throw init.signal.reason
        throw error
      })
  }
}

/** The functions of an application without a user: they come with a service, so that a program without it is small. */
export const appFunctions = ({ call, run, runFor }: Running<AppAccess>): AppFunctions => {
  const asked = <A, E>(use: (verbs: AppAccess["Service"]) => Effect.Effect<A, E>) => AppAccess.use(use)
  return {
    appToken: (options) => run(asked((verbs) => verbs.appToken(options))),
    callApiAsApp: (service, path, init) =>
      call(
        init,
        asked((verbs) => verbs.callApiAsApp(service, path, init))
      ),
    verifyAppToken: (who, options) => runFor(who, () => asked((verbs) => verbs.verifyAppToken(who, options))),
    verifyWebhook: (request, options) => runFor(request, () => asked((verbs) => verbs.verifyWebhook(request, options)))
  }
}
