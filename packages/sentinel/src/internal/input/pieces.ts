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

/** A list of a piece, each entry of which is a piece. */
export interface List extends Piece {
  readonly name: string
  /** What the piece around the list is decoded with instead of it. Default: an empty list. */
  readonly standIn?: (list: ReadonlyArray<unknown>) => ReadonlyArray<unknown>
}

/** More problems than a person reads at once. A document with more of them is not read to its end. */
export const mostProblems = 100

type Members = { readonly [name: string]: unknown }

export const isRecord = (value: unknown): value is Members => Predicate.isObject(value) && !Array.isArray(value)

/**
 * What the document says, as far as it can be decoded, and into `problems` all that is wrong with it, each with its
 * path.
 */
export function* decode(value: unknown, piece: Piece, problems: Array<string>, path = ""): Slices.Pausing<unknown> {
  const lists = (isRecord(value) ? (piece.lists ?? []) : []).flatMap((list) => {
    const entries = (value as Members)[list.name]
    return Array.isArray(entries) ? [{ list, entries: entries as ReadonlyArray<unknown> }] : []
  })
  const standIns = lists.map(({ entries, list }) => [list.name, list.standIn?.(entries) ?? []] as const)
  const decoded = piece.decode(lists.length === 0 ? value : { ...(value as Members), ...Object.fromEntries(standIns) })
  if (Result.isFailure(decoded)) problems.push(...decoded.failure.map((problem) => Problems.below(path, problem)))
  if (lists.length === 0) return Result.isSuccess(decoded) ? decoded.success : undefined

  const whole: Record<string, unknown> = Result.isSuccess(decoded) ? { ...(decoded.success as Members) } : {}
  for (const { entries, list } of lists) {
    const read: Array<unknown> = []
    for (const [index, entry] of entries.entries()) {
      yield
      if (problems.length > mostProblems) break
      read.push(yield* decode(entry, list, problems, Problems.below(path, `${list.name}[${index}]`)))
    }
    whole[list.name] = read
  }
  return whole
}
