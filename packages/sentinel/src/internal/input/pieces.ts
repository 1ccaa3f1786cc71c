/**
 * Decodes a document piece by piece: what stands around its lists at once, and the lists entry by entry. One list may
 * hold all users or all tokens of a company, so between two entries everybody else is answered.
 */
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Problems from "./problems.ts"
import type * as Slices from "./Slices.ts"

/** How one piece is decoded. Its lists are not in it, but in their place what their `standIn` says. */
export interface Piece {
  readonly decode: (value: unknown) => Result.Result<unknown, ReadonlyArray<string>>
  readonly lists?: ReadonlyArray<List>
}

/** A list of a piece, each entry of which is a piece; or an object of such lists, each under a name of its own. */
export interface List extends Piece {
  readonly name: string
  readonly isByName?: boolean
  /** What the piece around the list is decoded with instead of it. Default: an empty list. */
  readonly standIn?: (list: ReadonlyArray<unknown>) => ReadonlyArray<unknown>
}

/** More problems than a person reads at once. A document with more of them is not read to its end. */
export const mostProblems = 100

type Members = { readonly [name: string]: unknown }

export const isRecord = (value: unknown): value is Members => Predicate.isObject(value) && !Array.isArray(value)

/** A list of a document, and under which name of the object in its place it is, if there is one. */
interface Place {
  readonly list: List
  readonly of: string | undefined
  readonly entries: ReadonlyArray<unknown>
}

/** Something else than a list stays in its place, and the piece around it refuses it. */
const placesOf = (list: List, there: unknown): ReadonlyArray<Place> => {
  const place = (entries: unknown, of?: string): ReadonlyArray<Place> =>
    Array.isArray(entries) ? [{ list, of, entries: entries as ReadonlyArray<unknown> }] : []
  if (list.isByName !== true) return place(there)
  return isRecord(there) ? Object.entries(there).flatMap(([name, entries]) => place(entries, name)) : []
}

/** A piece with other lists in these places. */
const withLists = (
  piece: Members,
  lists: ReadonlyArray<readonly [place: Place, entries: ReadonlyArray<unknown>]>
): Members => {
  const whole = new Map(Object.entries(piece))
  const byName = new Map<string, Map<string, unknown>>()
  for (const [{ list, of }, entries] of lists) {
    if (of === undefined) whole.set(list.name, entries)
    else {
      const members = byName.get(list.name) ?? new Map(Object.entries((piece[list.name] ?? {}) as Members))
      byName.set(list.name, members.set(of, entries))
    }
  }
  // Any text may be a name, also that of a prototype.
  for (const [name, members] of byName) whole.set(name, Object.fromEntries(members))
  return Object.fromEntries(whole)
}

/**
 * What the document says, as far as it can be decoded, and into `problems` all that is wrong with it, each with its
 * path.
 */
export function* decode(value: unknown, piece: Piece, problems: Array<string>, path = ""): Slices.Pausing<unknown> {
  const places = isRecord(value) ? (piece.lists ?? []).flatMap((list) => placesOf(list, value[list.name])) : []
  const around = places.map((place) => [place, place.list.standIn?.(place.entries) ?? []] as const)
  const decoded = piece.decode(places.length === 0 ? value : withLists(value as Members, around))
  if (Result.isFailure(decoded)) problems.push(...decoded.failure.map((problem) => Problems.below(path, problem)))
  if (places.length === 0) return Result.isSuccess(decoded) ? decoded.success : undefined

  const lists: Array<readonly [Place, ReadonlyArray<unknown>]> = []
  for (const place of places) {
    const { entries, list, of } = place
    const read: Array<unknown> = []
    const name = of === undefined ? list.name : `${list.name}.${of}`
    for (const [index, entry] of entries.entries()) {
      yield
      if (problems.length > mostProblems) break
      read.push(yield* decode(entry, list, problems, Problems.below(path, `${name}[${index}]`)))
    }
    lists.push([place, read])
  }
  return withLists(Result.isSuccess(decoded) ? (decoded.success as Members) : {}, lists)
}
