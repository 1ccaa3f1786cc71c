/** What one file of tests has for itself. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { afterAll, beforeAll } from "vitest"

/** What is there while the tests of this file run. */
export const during = (service: Effect.Effect<string, never, Scope.Scope>): { readonly url: string } => {
  const scope = Scope.makeUnsafe()
  let url: string | undefined
  beforeAll(async () => void (url = await Effect.runPromise(Scope.provide(service, scope))))
  afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))
  return {
    get url() {
      if (url === undefined) throw new Error("The services are there when the tests run.")
      return url
    }
  }
}
