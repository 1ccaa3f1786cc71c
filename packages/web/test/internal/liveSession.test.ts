import { assert, describe } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Scripted from "../../../core/test/ScriptedSentinel.ts"
import { type Options, scenario } from "../Application.ts"

/** Of an access token of LivePerson. */
const lifetime = Duration.hours(8)

describe("the session of a browser", () => {
  scenario("F7: is shown without a call to Sentinel as long as its access token is good", [{}], async (web) => {
    const mine = web!.browser()
    web!.stop()
    await mine.signIn()
    web!.later(Duration.subtract(lifetime, Duration.millis(1)))
    assert.isTrue((await mine.session()).signedIn)
    assert.strictEqual(web!.wire.to("/token").length, 1)
    web!.later("1 millis")
    const renewed = await mine.session()
    assert.strictEqual(web!.wire.to("/token").length, 2)
    assert.strictEqual(renewed.expiresAt - renewed.signedInAt, 2 * Duration.toMillis(lifetime))
  })

  scenario("F6: stays while Sentinel cannot be asked, which is asked again after ten seconds", [{}], async (web) => {
    const mine = web!.browser()
    web!.stop()
    await mine.signIn()
    web!.later(lifetime)
    web!.wire.next("/token", Scripted.json({}, 503), Scripted.json({}, 503))
    const asked = () => web!.wire.to("/token").length
    assert.isTrue((await mine.session()).signedIn)
    assert.strictEqual(asked(), 2)
    web!.later("9999 millis")
    assert.isTrue((await mine.session()).signedIn)
    assert.strictEqual(asked(), 2)
    web!.later("1 millis")
    assert.isTrue((await mine.session()).signedIn)
    assert.strictEqual(asked(), 3)
  })

  for (const [mode, options] of [
    ["with a store", {}],
    ["stateless", { stateless: {} }]
  ] satisfies ReadonlyArray<readonly [string, Options]>) {
    scenario(`F3, ${mode}: is not refreshed where no answer brings new cookies`, [options], async (web) => {
      const mine = web!.browser()
      await mine.signIn()
      web!.later(lifetime)
      const cookie = [...mine.cookies].map(([name, value]) => `${name}=${value}`).join("; ")
      const seen = await web!.session(new Request("https://app.example/", { headers: { cookie } }))
      assert.isTrue(seen.signedIn)
      assert.strictEqual(web!.wire.to("/token").length, 1)
    })
  }
})
