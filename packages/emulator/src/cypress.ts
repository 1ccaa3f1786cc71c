/**
 * Sentinel in the tests of Cypress.
 *
 * @since 0.1.0
 */
import type { NewFault } from "./Documents.ts"
import { type Sentinel, startSentinel } from "./Emulator.ts"
import { anew } from "./internal/anew.ts"
import type { Options } from "./Options.ts"
import type { ClockControl, JournalControl } from "./SentinelControl.ts"

/**
 * What Cypress hands to `setupNodeEvents` first.
 *
 * @category models
 * @since 0.1.0
 */
export interface CypressOn {
  (event: "task", tasks: SentinelTasks): void
  (event: "after:run", run: () => Promise<void>): void
}

/**
 * What Cypress hands to `setupNodeEvents` second.
 *
 * @category models
 * @since 0.1.0
 */
export interface CypressConfig {
  env: Record<string, any>
}

/**
 * The tasks, for `cy.task(NAME, ARGUMENT)`. A task that has nothing to say gives `null`, as Cypress wants it.
 *
 * @category models
 * @since 0.1.0
 */
export type SentinelTasks = {
  /** A user signs in at the address where the application sent the browser. Gives the address of the callback. */
  readonly "sentinel:approve": (sign: { readonly url: string; readonly user?: string }) => Promise<string>
  /** The user refuses, or Sentinel gives another error. Gives the address of the callback. */
  readonly "sentinel:deny": (
    sign: { readonly url: string } & NonNullable<Parameters<Sentinel["deny"]>[1]>
  ) => Promise<string>
  /** Tokens, without a sign-in. Cypress gives a task without an argument `null`. */
  readonly "sentinel:token": (which: Parameters<Sentinel["token"]>[0] | null) => ReturnType<Sentinel["token"]>
  /** Arms a fault. */
  readonly "sentinel:fault": (fault: NewFault) => ReturnType<Sentinel["faults"]["add"]>
  /** Advances the clock of Sentinel. */
  readonly "sentinel:advance": (change: Parameters<ClockControl["advance"]>[0]) => ReturnType<ClockControl["advance"]>
  /** Reads the journal. */
  readonly "sentinel:journal": (
    wanted: Parameters<JournalControl["read"]>[0] | null
  ) => ReturnType<JournalControl["read"]>
  /** Keeps the state under a name. */
  readonly "sentinel:snapshot": (name: string) => Promise<null>
  /** Puts back what was kept under a name. */
  readonly "sentinel:restore": (name: string) => Promise<null>
  /** Begins anew, with an empty journal, such as before each test. */
  readonly "sentinel:reset": () => Promise<null>
}

const tasksOf = (sentinel: Sentinel): SentinelTasks => ({
  "sentinel:approve": ({ url, ...options }) => sentinel.approve(url, options),
  "sentinel:deny": ({ url, ...options }) => sentinel.deny(url, options),
  "sentinel:token": (which) => sentinel.token(which ?? undefined),
  "sentinel:fault": (fault) => sentinel.faults.add(fault),
  "sentinel:advance": (change) => sentinel.clock.advance(change),
  "sentinel:journal": (wanted) => sentinel.journal.read(wanted ?? undefined),
  "sentinel:snapshot": async (name) => {
    await sentinel.snapshot(name)
    return null
  },
  "sentinel:restore": async (name) => {
    await sentinel.restore(name)
    return null
  },
  "sentinel:reset": async () => {
    await anew(sentinel)
    return null
  }
})

/**
 * Starts a Sentinel for a run of Cypress, on free ports, and registers the tasks `sentinel:…`. Call it in
 * `setupNodeEvents`, and return its `config` from there: `config.env` then has the variables of `sentinel.env` without
 * the client secret, since pages can read it. Sentinel stops after the run. It rejects with an `EmulatorError` if
 * Sentinel cannot start.
 *
 * Cypress keeps one handler of `after:run`. One of your own replaces that of this function, and stops Sentinel as well:
 * `await sentinel.stop()`.
 *
 * @example
 * ```ts
 * // compiled only
 * import { sentinelTasks, type CypressConfig, type CypressOn } from "@le-auth/emulator/cypress"
 *
 * export const setupNodeEvents = async (on: CypressOn, config: CypressConfig): Promise<CypressConfig> => {
 *   await sentinelTasks(on, config, { points: { accessTokenLifetime: "1 hour" } })
 *   return config
 * }
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const sentinelTasks = async (on: CypressOn, config: CypressConfig, options: Options = {}): Promise<Sentinel> => {
  const sentinel = await startSentinel(options)
  on("task", tasksOf(sentinel))
  on("after:run", () => sentinel.stop())
  const { LE_AUTH_CLIENT_SECRET: _, ...env } = sentinel.env
  Object.assign(config.env, env)
  return sentinel
}
