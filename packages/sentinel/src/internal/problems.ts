/** All that is wrong with a value, in words with paths. No word repeats a value, which may be a secret. */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"

const formatIssues = SchemaIssue.makeFormatterStandardSchemaV1()

/** `accounts[0].users[1].email` */
const pathText = (path: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }>): string =>
  path
    .map((segment) => (typeof segment === "object" ? segment.key : segment))
    .map((key, index) => (typeof key === "number" ? `[${key}]` : `${index === 0 ? "" : "."}${String(key)}`))
    .join("")

/** What a schema found, one line for each problem. */
export const of = (issue: SchemaIssue.Issue): ReadonlyArray<string> =>
  formatIssues(issue).issues.map(({ message, path }) => `${pathText(path ?? [])}: ${message}`)

/** Fields that the schema does not have are problems, too: most are typing mistakes. */
export const decoder = <S extends Schema.ConstraintDecoder<unknown>>(
  schema: S
): ((value: unknown) => Result.Result<S["Type"], ReadonlyArray<string>>) => {
  const decode = Schema.decodeUnknownResult(schema, { errors: "all", onExcessProperty: "error" })
  return (value) => Result.mapError(decode(value), ({ issue }) => of(issue))
}
