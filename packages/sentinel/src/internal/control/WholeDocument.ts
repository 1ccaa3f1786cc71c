/**
 * Reads and writes what is large, a configuration, a whole state or the journal, in slices: between two of them
 * everybody else is answered.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { DirectoryDump } from "../directory/directoryDump.ts"
import * as Pieces from "../input/pieces.ts"
import * as Problems from "../input/problems.ts"
import { StoreDump } from "../store/storeDump.ts"
import * as BoundedJson from "../input/BoundedJson.ts"
import * as Slices from "../input/Slices.ts"
import * as SentinelConfig from "../../SentinelConfig.ts"
import { InvalidChange } from "../../ControlError.ts"
import { Fault } from "../../Fault.ts"
import { Stub } from "../../Stub.ts"
import { Snapshot } from "./Snapshot.ts"

/** As the contract reads JSON, in which what is undefined is null. */
const pieceOf = (schema: Schema.Codec<unknown, unknown>, lists: ReadonlyArray<Pieces.List> = []): Pieces.Piece => ({
  decode: Problems.decoder(Schema.toCodecJson(schema)),
  lists
})

const listOf = (
  name: string,
  entry: Schema.Codec<unknown, unknown>,
  lists?: ReadonlyArray<Pieces.List>
): Pieces.List => ({ ...pieceOf(entry, lists), name })

const account = DirectoryDump.value
const wholeState = pieceOf(Snapshot, [
  listOf("directory", account, [
    { ...listOf("stubs", Stub), isByName: true },
    listOf("users", account.fields.users.value),
    listOf("installations", account.fields.installations.value)
  ]),
  listOf("faults", Fault)
])
const rowsOfStore = Object.entries(StoreDump.fields).flatMap(([name, list]) =>
  "value" in list ? [listOf(name, list.value as Schema.Codec<unknown, unknown>)] : []
)
const wholeStore = pieceOf(StoreDump, rowsOfStore)

/** A state of its own without its store, which has the most entries, and then that. */
function* checkSnapshot(value: unknown): Slices.Pausing<Snapshot | ReadonlyArray<string>> {
  const problems: Array<string> = []
  const store = Pieces.isRecord(value) && Pieces.isRecord(value["store"]) ? value["store"] : undefined
  const empty = store && {
    ...store,
    ...Object.fromEntries(rowsOfStore.flatMap(({ name }) => (Array.isArray(store[name]) ? [[name, []]] : [])))
  }
  const state = yield* Pieces.decode(
    empty === undefined ? value : { ...(value as object), store: empty },
    wholeState,
    problems
  )
  // What is wrong with the store itself has been found by now.
  const found: Array<string> = []
  const rows = store === undefined ? undefined : yield* Pieces.decode(store, wholeStore, found, "store")
  const known = new Set(problems)
  problems.push(...found.filter((problem) => !known.has(problem)))
  if (problems.length > 0) return problems
  return { ...(state as Snapshot), store: rows as StoreDump }
}

const invalid = (problems: ReadonlyArray<string>): InvalidChange =>
  new InvalidChange({
    problems: problems.length > Pieces.mostProblems ? [...problems.slice(0, Pieces.mostProblems), "and more"] : problems
  })

const parse = (text: string): Effect.Effect<unknown, InvalidChange> =>
  Effect.mapError(BoundedJson.parse(text), ({ problems }) => invalid(problems.map((problem) => `this: ${problem}`)))

/** A state from its document. */
export const snapshot = (text: string): Effect.Effect<Snapshot, InvalidChange> =>
  Effect.flatMap(parse(text), (value) =>
    Effect.flatMap(
      Slices.run(() => checkSnapshot(value)),
      (checked) => ("version" in checked ? Effect.succeed(checked) : Effect.fail(invalid(checked)))
    )
  )

/** A configuration from its document. */
export const configuration = (text: string): Effect.Effect<SentinelConfig.SentinelConfig, InvalidChange> =>
  Effect.flatMap(parse(text), (value) =>
    Effect.mapError(SentinelConfig.fromUnknown(value), ({ problems }) => invalid(problems))
  )

function* textOf(entries: ReadonlyArray<object>): Slices.Pausing<string> {
  const parts: Array<string> = []
  for (const entry of entries) {
    parts.push(JSON.stringify(entry))
    yield
  }
  return `[${parts.join(",")}]`
}

/** The text of a list whose entries are JSON already. */
export const list = (entries: ReadonlyArray<object>): Effect.Effect<string> => Slices.run(() => textOf(entries))
