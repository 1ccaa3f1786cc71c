/** What an adapter tells of an engine that refuses to write. */
import { StoreError } from "@le-auth/core/StoreError"
import { assert } from "chai"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type { ContractCase } from "../Contract.ts"

/** What is planted is in what `attempt` gives the store. */
export const refusalCase = <Identifier, Port>(options: {
  readonly port: Context.Key<Identifier, Port>
  readonly refusing: Layer.Layer<Identifier, unknown>
  readonly attempt: (store: Port) => Effect.Effect<unknown, unknown>
  readonly planted: ReadonlyArray<string>
}): ContractCase<Port> => ({
  name: "H1: what the engine refuses is a StoreError with the engine's words, and without what it was given",
  run: Effect.fnUntraced(function* () {
    const store = Context.get(yield* Effect.orDie(Layer.build(Layer.fresh(options.refusing))), options.port)
    const result = yield* Effect.result(options.attempt(store))
    if (Result.isSuccess(result)) return assert.fail("the engine of `refusing` did not refuse")
    const error = result.failure
    if (!(error instanceof StoreError)) return assert.fail("a refusal of the engine is a StoreError")
    assert.match(error.problem ?? "", /\S/, "`problem` has the engine's words: StoreOperation.operations fills it")
    for (const secret of options.planted) {
      assert.notInclude(`${error.message} ${error.problem}`, secret, "the error repeats what the engine was given")
    }
  })
})
