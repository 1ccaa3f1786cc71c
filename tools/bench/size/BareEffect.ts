// What a page with Effect pays before le-auth: a program with a schema class.
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import { onClick, show } from "./Page.ts"

class Person extends Schema.Class<Person>("Person")({ name: Schema.String, age: Schema.Finite }) {}

const run = (effect: Effect.Effect<unknown, unknown>) =>
  Effect.runFork(effect.pipe(Effect.match({ onSuccess: show, onFailure: show })))

onClick("person", () => run(Schema.decodeUnknownEffect(Person)({ name: "Ada", age: 36 })))
