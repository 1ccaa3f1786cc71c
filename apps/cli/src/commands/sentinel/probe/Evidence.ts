/**
 * What may be told of an answer: its status, the names of its headers, and the shape of its body. Never a value. A name
 * that could itself be one, or that holds something of the account, is left out.
 */
import * as Predicate from "effect/Predicate"
import type { Answer } from "./Answer.ts"
import type { QuestionName } from "./Questions.ts"

export interface Evidence {
  readonly question: QuestionName
  readonly status: number
  readonly headers: ReadonlyArray<string>
  readonly body: string
}

/** As names of headers and members are: no digits, so that neither an id nor an encoded secret is one. */
const nameLike = /^[A-Za-z]+(?:[-_][A-Za-z]+)*$/
const longestName = 32
const mostNames = 40

/** What must not be told, however it is written. */
export type Private = ReadonlyArray<string>

const spellings = (secret: string): ReadonlyArray<string> => {
  const bytes = Buffer.from(secret)
  return [secret, bytes.toString("hex"), bytes.toString("base64url"), bytes.toString("base64")]
}

/** Whether a name is one that anybody may read. */
export const isTellable = (hidden: Private) => {
  const written = hidden
    .filter((text) => text !== "")
    .flatMap(spellings)
    .map((text) => text.toLowerCase())
  return (name: string): boolean => {
    const lower = name.toLowerCase()
    return name.length <= longestName && nameLike.test(name) && !written.some((text) => lower.includes(text))
  }
}

const kindOf = (value: unknown, depth: number, tellable: (name: string) => boolean): string => {
  if (value === null) return "null"
  if (Array.isArray(value)) return "list"
  if (!Predicate.isObject(value)) return typeof value === "string" ? "text" : typeof value
  return depth === 0 ? "object" : membersOf(value as Answer["members"], depth - 1, tellable)
}

const membersOf = (members: Answer["members"], depth: number, tellable: (name: string) => boolean): string => {
  const told = Object.entries(members)
    .filter(([name]) => tellable(name))
    .slice(0, mostNames)
    .map(([name, value]) => `${name}: ${kindOf(value, depth, tellable)}`)
  return told.length === 0 ? "{}" : `{ ${told.join(", ")} }`
}

const words: Readonly<Record<Answer["form"], string>> = {
  oauth: "JSON",
  liveperson: "JSON",
  json: "JSON",
  html: "a page",
  text: "text",
  empty: "nothing"
}

export const make = (question: QuestionName, answer: Answer, hidden: Private): Evidence => {
  const tellable = isTellable(hidden)
  const shape =
    answer.form === "html" || answer.form === "text" || answer.form === "empty"
      ? ""
      : ` ${membersOf(answer.members, 1, tellable)}`
  return {
    question,
    status: answer.status,
    headers: Object.keys(answer.headers)
      .filter((name) => tellable(name))
      .toSorted()
      .slice(0, mostNames),
    body: `${words[answer.form]}${shape}`
  }
}
