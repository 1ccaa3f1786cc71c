/** Sign-ins without a browser, by the control in the same process. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { authorizePath } from "../Harness.ts"
import { start } from "./ControlHarness.ts"

describe("approve", () => {
  it.effect("gives the callback that a browser would come back to", () =>
    Effect.gen(function* () {
      const { control, fetch } = yield* start()
      yield* fetch("/health/live")
      const callback = Redacted.value(
        yield* control.signIns.approve(`https://elsewhere.example${authorizePath({ state: "s" })}`)
      )
      console.log(callback)
      console.log((yield* control.journal.read({})).entries)
      console.log(Redacted.value(yield* control.signIns.deny(authorizePath({ state: "s" }))))
      const t = yield* control.signIns.tokens()
      console.log(t)
      console.log(
        yield* Effect.flip(control.signIns.approve(authorizePath({ redirect_uri: "http://nowhere.example/x" })))
      )
      console.log(yield* Effect.flip(control.signIns.approve(authorizePath({ client_id: "x" }))))
      console.log(yield* Effect.flip(control.signIns.approve(authorizePath(), { user: "gone@example.com" })))
      console.log(yield* Effect.flip(control.signIns.approve(authorizePath(), { user: "x@example.com" })))
      console.log(yield* Effect.flip(control.signIns.approve("x")))
      assert.include(callback, "code=")
    })
  )
})
