import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { expect, it } from "vitest"

import { effectValuesIn } from "../effect-values.ts"

class Session extends Schema.Class<Session>("Session")({ a: Schema.String }) {}
class Failed extends Schema.TaggedError<Failed>()("Failed", {}) {}

it("values of Effect's are found, wherever they are", () => {
  const cause = new Error("words", { cause: new Failed() })
  const list = [Effect.void, Redacted.make("a"), Context.empty(), new Failed()]
  expect(effectValuesIn(list)).toEqual([".0", ".1", ".2", ".3"])
  expect(effectValuesIn({ cause, later: Promise.resolve(1) })).toEqual([".cause.cause"])
  expect(effectValuesIn(Effect.void)).toEqual([" itself"])
})

it("others are not", () => {
  const plain = {
    text: "effect/Effect",
    date: new Date(),
    headers: new Headers(),
    error: new Error("words"),
    a: () => 1
  }
  expect(
    effectValuesIn({ plain, again: plain, answer: new Response("a"), session: { ...new Session({ a: "a" }) } })
  ).toEqual([])
})
