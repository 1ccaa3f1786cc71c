/** All that is wrong with a value, in words with paths. No word repeats a value, which may be a secret. */
import * as SchemaProblems from "@le-auth/core/SchemaProblems"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** Fields that the schema does not have are also problems: most are typing mistakes. */
export const decoder = <S extends Schema.ConstraintDecoder<unknown>>(
  schema: S
): ((value: unknown) => Result.Result<S["Type"], ReadonlyArray<string>>) => {
  const decode = Schema.decodeUnknownResult(schema, { errors: "all", onExcessProperty: "error" })
  return (value) => Result.mapError(decode(value), ({ issue }) => SchemaProblems.of(issue))
}

/**
 * A line about a part of a document, as one about the whole: `users` and `[0].id` give `users[0].id`. A line about the
 * part itself begins with `this`.
 */
export const below = (path: string, problem: string): string => {
  if (path === "") return problem
  if (problem.startsWith("this: ")) return `${path}${problem.slice("this".length)}`
  return `${path}${problem.startsWith("[") ? "" : "."}${problem}`
}
