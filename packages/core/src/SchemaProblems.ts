/**
 * What a schema found wrong, in words for people: one place for all of them, so that no library's words become an
 * interface. No word repeats a value, which may be a secret.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import type * as SchemaIssue from "effect/SchemaIssue"

type Path = ReadonlyArray<PropertyKey>

interface Found {
  readonly path: Path
  readonly words: string | (() => string)
  /**
   * How much it says against the member of a union that it is found in: a name that is not there, or one that should
   * be.
   */
  readonly weight: number
  readonly hint?: () => string
}

/** What effect's own schemas expect, and what it says of a body, in our words. */
const replaced: Readonly<Record<string, string>> = {
  "a valid Duration string": "a duration such as 10 minutes",
  "a valid UTC DateTime string": "a time such as 2030-01-01T00:00:00Z",
  "a value with a length of at least 1": "a text that is not empty",
  "an integer": "a whole number",
  "a finite number": "a number",
  "Expected a valid JSON body": "is not JSON",
  "an address and prefix length separated by one slash": "a network such as 10.0.0.0/8",
  Duration: "a duration such as 10 minutes",
  "DateTime.Utc": "a time such as 2030-01-01T00:00:00Z",
  Redacted: "a Redacted, as Redacted.make gives it"
}

const inWords = (expected: string): string => replaced[expected] ?? expected

/** A schema's own words, of the schema itself or of its last check that has some. */
const ownWords = (ast: SchemaAST.AST): string | undefined => {
  const said = (ast.checks ?? []).toReversed().map((check) => check.annotations?.["expected"])
  const expected = [...said, ast.annotations?.["expected"]].find((words) => typeof words === "string")
  return expected === undefined ? undefined : inWords(expected)
}

const choices = (names: ReadonlyArray<string>): string =>
  names.length === 1 ? names[0]! : `one of ${names.join(", ")}`

/** The literals that a schema, or a member of every one of its members, has to choose from. */
const literals = (ast: SchemaAST.AST): ReadonlyArray<string> =>
  ast._tag === "Literal" ? [String(ast.literal)] : ast._tag === "Union" ? ast.types.flatMap(literals) : []

/** Words that are about a size do not say what has it. */
const isSize = (words: string): boolean => words.startsWith("at most ")

const wanted = (ast: SchemaAST.AST): string => {
  const own = ownWords(ast)
  if (own === undefined) return kindOf(ast)
  return isSize(own) ? `${kindOf(ast)} of ${own}` : own
}

const kindOf = (ast: SchemaAST.AST): string => {
  switch (ast._tag) {
    case "String":
      return "a text"
    case "Number":
      return "a number"
    case "Boolean":
      return "true or false"
    case "Literal":
      return String(ast.literal)
    case "Objects":
      return "an object"
    case "Arrays":
      return "a list"
    case "Null":
      return "null"
    case "Union": {
      const names = literals(ast)
      return names.length > 0 ? choices(names) : [...new Set(ast.types.filter(isSaid).map(wanted))].join(" or ")
    }
    default:
      return "another value"
  }
}

const isRedacted = (ast: SchemaAST.AST): boolean =>
  ast._tag === "Declaration" && ast.annotations?.["expected"] === "Redacted"

const isSaid = (ast: SchemaAST.AST): boolean => ast._tag !== "Undefined"

const nothingSaid = "must be another value: this one is empty, or has characters that it cannot have"

const said = ({ words }: Found): string => (typeof words === "string" ? words : words())

/** How many letters have to be added, removed or replaced. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    let left = i
    const next = [left]
    for (let j = 1; j <= b.length; j++) {
      left = Math.min(row[j]! + 1, left + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
      next.push(left)
    }
    row = next
  }
  return row[b.length]!
}

const nearest = (name: string, names: ReadonlyArray<string>): string | undefined => {
  if (name.length > 50) return undefined
  const near = (other: string) => distance(name.toLowerCase(), other.toLowerCase())
  const [first] = names
    .filter((other) => near(other) <= Math.max(1, Math.floor(other.length / 3)))
    .toSorted((a, b) => near(a) - near(b))
  return first
}

/** Which name was meant, or which ones there are; empty if there are too many. */
const hintFor = (name: string, ast: SchemaAST.AST): string => {
  const names = ast._tag === "Objects" ? ast.propertySignatures.map(({ name }) => String(name)) : []
  const documented = ast.annotations?.["documentation"]
  const near = nearest(name, names)
  return [
    ...(near === undefined ? [] : [`Did you mean ${near}?`]),
    ...(typeof documented === "string"
      ? [`All of them: ${documented}`]
      : near === undefined && names.length > 0 && names.length <= 15
        ? [`These are possible: ${names.join(", ")}`]
        : [])
  ].join(" ")
}

const messageOf = (annotations: Readonly<Record<string, unknown>> | undefined): string | undefined => {
  const message = annotations?.["message"]
  return typeof message === "string" ? inWords(message) : undefined
}

/** Of a union, what was found against the member that was meant: the one that has least against it. */
const ofUnion = (
  path: Path,
  ast: SchemaAST.Union,
  members: ReadonlyArray<ReadonlyArray<Found>>
): ReadonlyArray<Found> => {
  const against = (found: ReadonlyArray<Found>) => found.reduce((sum, { weight }) => sum + weight, 0)
  const least = Math.min(...members.map(against))
  const meant = members.filter((found) => against(found) === least)
  const missing = meant.flatMap((found) => found.filter(({ words }) => words === "is missing"))
  if (meant.length > 1 && missing.length === meant.length && meant.every((found) => found.length === 1)) {
    const names = missing.map((found) => String(found.path.at(-1)))
    return [{ path, words: `must have ${choices(names)}`, weight: 1 }]
  }
  const isSimple = meant.every(([first, ...more]) => more.length === 0 && first?.path.length === path.length)
  if (
    meant.length > 1 &&
    isSimple &&
    ownWords(ast) === undefined &&
    meant.every(([first]) => said(first!).startsWith("must be "))
  ) {
    const words = [...new Set(meant.map(([first]) => said(first!).slice("must be ".length)))]
    return [{ path, words: `must be ${words.join(" or ")}`, weight: 0 }]
  }
  return meant.toSorted((a, b) => a.length - b.length)[0] ?? []
}

/** The member that tells the members of a union apart, such as `type`, if all of them have one. */
const tagOf = (ast: SchemaAST.Union): readonly [name: string, ...values: ReadonlyArray<string>] | undefined => {
  const all = ast.types.map((type) =>
    type._tag === "Objects"
      ? type.propertySignatures.flatMap(({ name, type }) =>
          type._tag === "Literal" ? [[String(name), String(type.literal)]] : []
        )
      : []
  )
  const [name] = all[0]?.[0] ?? []
  const values = all.flatMap((tags) => tags.filter(([other]) => other === name).map(([, value]) => value!))
  return name !== undefined && values.length === ast.types.length ? [name, ...values] : undefined
}

const foundBy = (issue: SchemaIssue.Issue, path: Path, expected?: string): ReadonlyArray<Found> => {
  const found = (words: Found["words"], weight = 0): ReadonlyArray<Found> => [{ path, words, weight }]
  switch (issue._tag) {
    case "Pointer":
      return foundBy(issue.issue, [...path, ...issue.path], undefined)
    case "Encoding":
      // What is read into a Redacted is written as something else.
      return foundBy(issue.issue, path, expected ?? (isRedacted(issue.ast) ? undefined : ownWords(issue.ast)))
    case "Filter": {
      const message =
        messageOf(issue.filter.annotations) ??
        (issue.issue._tag === "InvalidValue" ? messageOf(issue.issue.annotations) : undefined)
      if (message !== undefined) return found(message)
      const words = issue.filter.annotations?.["expected"]
      if (typeof words === "string") return found(`must be ${inWords(words)}`)
      return foundBy(issue.issue, path, expected)
    }
    case "Composite":
      return issue.issues.flatMap((each) => foundBy(each, path, expected))
    case "AnyOf": {
      const tag = tagOf(issue.ast)
      if (issue.issues.length > 0) {
        return ofUnion(
          path,
          issue.ast,
          issue.issues
            .filter((each) => each._tag !== "InvalidType" || isSaid(each.ast))
            .map((each) => foundBy(each, path, expected))
        )
      }
      if (tag === undefined) return found(`must be ${expected ?? wanted(issue.ast)}`)
      const [name, ...values] = tag
      return [{ path: [...path, name], words: `must be ${choices(values)}`, weight: 0 }]
    }
    case "MissingKey":
      return found(messageOf(issue.annotations) ?? "is missing", 1)
    case "UnexpectedKey": {
      const hint = () => hintFor(String(path.at(-1)), issue.ast)
      return [{ path, words: () => `there is no such name here. ${hint()}`.trim(), weight: 1, hint }]
    }
    case "InvalidType":
      return found(`must be ${expected ?? wanted(issue.ast)}`)
    case "InvalidValue": {
      const message = messageOf(issue.annotations)
      if (message !== undefined) return found(message)
      const words = issue.annotations?.["expected"]
      if (typeof words === "string") return found(`must be ${inWords(words)}`)
      return found(expected === undefined ? nothingSaid : `must be ${expected}`)
    }
    default:
      return found(expected === undefined ? nothingSaid : `must be ${expected}`)
  }
}

/** `accounts[0].users[1].email` */
const pathText = (path: Path): string =>
  path.map((key, index) => (typeof key === "number" ? `[${key}]` : `${index === 0 ? "" : "."}${String(key)}`)).join("")

/** More mistakes than a person reads. */
const mostLines = 100

/**
 * One mistake: the path of the value, empty for the whole, and what is wrong with it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Mistake {
  readonly path: string
  readonly problem: string
  /** Of a name that is unknown: which one was meant, or which ones there are. Empty if nothing is to be said. */
  readonly hint: string
}

/**
 * The mistakes that a schema found, one for each place.
 *
 * @category constructors
 * @since 0.1.0
 */
export const all = (issue: SchemaIssue.Issue): ReadonlyArray<Mistake> => {
  const first = new Map<string, Found>()
  for (const found of foundBy(issue, [])) {
    const path = pathText(found.path)
    if (!first.has(path)) first.set(path, found)
  }
  return [...first].map(([path, found]) => ({
    path,
    // Made when they are read: there may be thousands of mistakes.
    get problem() {
      return said(found)
    },
    get hint() {
      return found.hint?.() ?? ""
    }
  }))
}

/**
 * The mistakes that a schema found, one line each, such as `accounts[0].id: is missing`; at most 100 lines.
 *
 * @category constructors
 * @since 0.1.0
 */
export const of = (issue: SchemaIssue.Issue): ReadonlyArray<string> => {
  const mistakes = all(issue)
  const lines = mistakes.slice(0, mostLines).map(({ path, problem }) => `${path === "" ? "this" : path}: ${problem}`)
  return mistakes.length > mostLines ? [...lines, `and ${mistakes.length - mostLines} more`] : lines
}

/**
 * Thrown by the constructors of this package if members are wrong. `problems` has a line for each, without its value.
 *
 * @category errors
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
