// What an example of tools/docExamples.ts calls when it runs, and what runs it: in a fiber of its own, under a test
// clock. What asks for services gets those of TestSignIn, the control of its Sentinel, and seal keys.
import path from "node:path"
import { isDeepStrictEqual, inspect } from "node:util"

import * as Seal from "@le-auth/core/Seal"
import { Control } from "@le-auth/sentinel/Control"
import { TestSentinel } from "@le-auth/testing/TestSentinel"
import * as TestSignIn from "@le-auth/testing/TestSignIn"
import * as Cause from "effect/Cause"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import * as TestConsole from "effect/testing/TestConsole"

interface Problem {
  readonly file: string
  readonly line: number
  readonly problem: string
}

/** An effect of an example. One whose value is shown compares it. */
interface Program {
  readonly effect: Effect.Effect<unknown, unknown, unknown>
  readonly line: number
}

interface Running {
  readonly file: string
  readonly line: number
  readonly programs: Array<Program>
  /** The lines of values that were not compared yet. */
  readonly open: Set<number>
}

export const problems: Array<Problem> = []
let running: Running | undefined

const secret = Redacted.make("a secret of the examples, long enough")
const test = Layer.mergeAll(TestClock.layer(), TestConsole.layer)
const control = Layer.effect(
  Control,
  TestSentinel.useSync((sentinel) => sentinel.control)
)
const seal = Seal.layer([secret]).pipe(Layer.provide(Seal.layerWebCrypto))
const services = Layer.merge(Layer.provideMerge(control, TestSignIn.layer), seal)

/** What `layerConfig` and its like read. */
const settings = ConfigProvider.layer(
  ConfigProvider.fromUnknown({
    LE_AUTH_ACCOUNT_ID: "12345678",
    LE_AUTH_CLIENT_ID: "11111111-1111-4111-8111-111111111111",
    LE_AUTH_CLIENT_SECRET: Redacted.value(secret),
    LE_AUTH_REDIRECT_URI: "http://localhost:3000/callback",
    LE_AUTH_SEAL_KEYS: Redacted.value(secret)
  })
)

const environment = Layer.provideMerge(services, Layer.merge(test, settings))

const isSame = (actual: unknown, expected: unknown): boolean =>
  Equal.equals(actual, expected) || isDeepStrictEqual(actual, expected)

/** What an example says of itself when it begins. */
export const example = (file: string, line: number, shown: ReadonlyArray<number>) => {
  const own: Running = { file, line, programs: [], open: new Set(shown) }
  running = own
  const compare = (actual: unknown, expected: unknown, line: number) => {
    own.open.delete(line)
    if (!isSame(actual, expected)) {
      problems.push({ file, line, problem: `shows ${inspect(expected)}, but it is ${inspect(actual)}` })
    }
  }
  return {
    __run: (value: unknown, line: number) => {
      if (Effect.isEffect(value)) own.programs.push({ effect: value, line })
    },
    __shows: <A>(actual: A, expected: () => unknown, line: number): A => {
      if (!Effect.isEffect(actual)) compare(actual, expected(), line)
      else own.programs.push({ effect: Effect.map(actual, (it) => compare(it, expected(), line)), line })
      return actual
    }
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : inspect(error)

/** Runs the example of a file. */
export const run = async (file: string): Promise<void> => {
  running = undefined
  try {
    await import(path.join(import.meta.dirname, file))
  } catch (error) {
    const { file: from, line } = running ?? { file, line: 1 }
    problems.push({ file: from, line, problem: `does not run: ${messageOf(error)}` })
    return
  }
  const own = running as Running | undefined
  if (own === undefined) return
  for (const { effect, line } of own.programs) {
    const program = Effect.scoped(effect as Effect.Effect<unknown>).pipe(Effect.provide(environment))
    const exit = await Effect.runPromiseExit(program, { signal: AbortSignal.timeout(10_000) })
    if (Exit.isFailure(exit)) {
      const problem = Cause.hasInterrupts(exit.cause) ? "does not end" : `fails: ${messageOf(Cause.squash(exit.cause))}`
      problems.push({ file: own.file, line, problem })
    }
  }
  for (const line of own.open) problems.push({ file: own.file, line, problem: "shows a value that nothing computes" })
}
