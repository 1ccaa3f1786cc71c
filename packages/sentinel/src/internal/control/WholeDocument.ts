/**
 * Reads what is large, a configuration or a whole state, in slices: between two of them everybody else is answered.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { DirectoryDump } from "../directory/directoryDump.ts"
import * as Problems from "../input/problems.ts"
import { StoreDump } from "../store/storeDump.ts"
import * as BoundedJson from "../input/BoundedJson.ts"
import * as Slices from "../input/Slices.ts"
import * as SentinelConfig from "../../SentinelConfig.ts"
import { InvalidChange } from "../../ControlError.ts"
import { Fault } from "../../Fault.ts"
import { Snapshot } from "./Snapshot.ts"

type Decode = (value: unknown) => Result.Result<unknown, ReadonlyArray<string>>

/** The lists of a document: where they are, how an entry is decoded, and the lists in each entry. */
interface List {
  readonly name: string
  readonly decode: Decode
  readonly lists: ReadonlyArray<List>
}

/** As the contract reads JSON, in which what is undefined is null. */
const decoder = (schema: Schema.Codec<unknown, unknown>): Decode => Problems.decoder(Schema.toCodecJson(schema))

const listOf = (name: string, item: Schema.Codec<unknown, unknown>, lists: ReadonlyArray<List> = []): List => ({
  name,
  decode: decoder(item),
  lists
})

const account = DirectoryDump.value
const ofDirectory = listOf("directory", account, [
  listOf("users", account.fields.users.value),
  listOf("installations", account.fields.installations.value)
])
const ofStore = Object.entries(StoreDump.fields).flatMap(([name, list]) =>
  "value" in list ? [listOf(name, list.value as Schema.Codec<unknown, unknown>)] : []
)
const ofSnapshot = [ofDirectory, listOf("faults", Fault)]
const decodeSnapshot = decoder(Snapshot)
const decodeStore = decoder(StoreDump)

/** More than anybody reads. */
const mostProblems = 100

type Record = { readonly [name: string]: unknown }

const isRecord = (value: unknown): value is Record => Predicate.isObject(value) && !Array.isArray(value)

/** The value with its lists decoded entry by entry, and the rest of it at once. */
function* decodeWith(
  value: unknown,
  decode: Decode,
  lists: ReadonlyArray<List>,
  path: string,
  problems: Array<string>
): Slices.Pausing<unknown> {
  const long = isRecord(value) ? lists.filter(({ name }) => Array.isArray(value[name])) : []
  const rest =
    long.length === 0 ? value : { ...(value as Record), ...Object.fromEntries(long.map(({ name }) => [name, []])) }
  const decoded = decode(rest)
  if (Result.isFailure(decoded)) problems.push(...decoded.failure.map((problem) => Problems.below(path, problem)))
  const whole: { [name: string]: unknown } = { ...(Result.isSuccess(decoded) ? (decoded.success as Record) : {}) }
  if (long.length === 0) return Result.isSuccess(decoded) ? decoded.success : undefined
  for (const list of long) {
    const entries: Array<unknown> = []
    for (const [index, entry] of ((value as Record)[list.name] as ReadonlyArray<unknown>).entries()) {
      yield
      if (problems.length > mostProblems) break
      const at = `${path === "" ? "" : `${path}.`}${list.name}[${index}]`
      entries.push(yield* decodeWith(entry, list.decode, list.lists, at, problems))
    }
    whole[list.name] = entries
  }
  return whole
}

/** A state of its own without its store, which has the most entries, and then that. */
function* checkSnapshot(value: unknown): Slices.Pausing<Snapshot | ReadonlyArray<string>> {
  const problems: Array<string> = []
  const store = isRecord(value) && isRecord(value["store"]) ? value["store"] : undefined
  const empty = store && {
    ...store,
    ...Object.fromEntries(ofStore.flatMap(({ name }) => (Array.isArray(store[name]) ? [[name, []]] : [])))
  }
  const whole = yield* decodeWith(
    empty === undefined ? value : { ...(value as Record), store: empty },
    decodeSnapshot,
    ofSnapshot,
    "",
    problems
  )
  // What is wrong with the store itself has been found by now.
  const found: Array<string> = []
  const rows = store === undefined ? undefined : yield* decodeWith(store, decodeStore, ofStore, "store", found)
  const known = new Set(problems)
  problems.push(...found.filter((problem) => !known.has(problem)))
  if (problems.length > 0) return problems
  return { ...(whole as Snapshot), store: rows as StoreDump }
}

const invalid = (problems: ReadonlyArray<string>): InvalidChange =>
  new InvalidChange({
    problems: problems.length > mostProblems ? [...problems.slice(0, mostProblems), "and more"] : problems
  })

const parse = (text: string): Effect.Effect<unknown, InvalidChange> =>
  Effect.mapError(BoundedJson.parse(text), ({ problems }) => invalid(problems.map((problem) => `this: ${problem}`)))

/**
 * A state from its document.
 *
 * @since 0.1.0
 */
export const snapshot = (text: string): Effect.Effect<Snapshot, InvalidChange> =>
  Effect.flatMap(parse(text), (value) =>
    Effect.flatMap(
      Slices.run(() => checkSnapshot(value)),
      (checked) => ("version" in checked ? Effect.succeed(checked) : Effect.fail(invalid(checked)))
    )
  )

/**
 * A configuration from its document.
 *
 * @since 0.1.0
 */
export const configuration = (text: string): Effect.Effect<SentinelConfig.SentinelConfig, InvalidChange> =>
  Effect.flatMap(parse(text), (value) =>
    Effect.mapError(SentinelConfig.fromUnknown(value), ({ problems }) => invalid(problems))
  )
