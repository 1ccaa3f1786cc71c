/**
 * What a schema found wrong, in words for people. No word repeats a value, which may be a secret.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"

/** The library's words, but for those that say too little: what is behind a `Redacted` has none of its own. */
const wordsOf: SchemaIssue.LeafHook = (issue) => {
  if (issue._tag === "MissingKey") return "is missing"
  const words = SchemaIssue.defaultLeafHook(issue)
  switch (words) {
    case "Expected a valid value":
      return "Expected another value: this one is empty, or has characters that it cannot have"
    case "Expected Redacted":
      return "Expected a Redacted, as Redacted.make gives it"
    default:
      return words
  }
}

const format = SchemaIssue.makeFormatterStandardSchemaV1({ leafHook: wordsOf })

/** `accounts[0].users[1].email` */
const pathText = (path: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }>): string =>
  path
    .map((segment) => (typeof segment === "object" ? segment.key : segment))
    .map((key, index) => (typeof key === "number" ? `[${key}]` : `${index === 0 ? "" : "."}${String(key)}`))
    .join("")

/**
 * One line for each problem, such as `accounts[0].id: is missing`.
 *
 * @since 0.1.0
 */
export const of = (issue: SchemaIssue.Issue): ReadonlyArray<string> =>
  format(issue).issues.map(({ message, path }) => `${pathText(path ?? [])}: ${message}`)

/**
 * What a constructor of this package throws if members are wrong. `problems` has a line for each, without its value.
 *
 * @since 0.1.0
 */
export class InvalidMembers extends Schema.TaggedError<InvalidMembers>()("InvalidMembers", {
  /** The class, such as `AppInstallation`. */
  of: Schema.String,
  problems: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return [`The members of ${this.of} have problems:`, ...this.problems.map((problem) => `  - ${problem}`)].join("\n")
  }
}
