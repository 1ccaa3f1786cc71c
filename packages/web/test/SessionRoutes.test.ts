import { assert, describe } from "@effect/vitest"
import * as Scripted from "../../core/test/ScriptedSentinel.ts"
import { scenario } from "./Application.ts"
import { post } from "./Browser.ts"

const form = post({ "sec-fetch-site": "same-origin" })
const button = (page: string) => /<a class="button primary" href="([^"]*)">([^<]*)<\/a>/.exec(page)?.slice(1)

describe("a refresh that Sentinel refuses", () => {
  scenario("F5: is not the end of the session before its access token is over", [{}], async (web) => {
    const mine = web!.browser()
    web!.stop()
    await mine.signIn()
    const { expiresAt, signedInAt } = await mine.session()
    const refused = async () => {
      web!.wire.next("/token", Scripted.oauthError("invalid_client", 401))
      const answer = await mine.send("/session/refresh", post())
      return [answer.status, (await answer.json()).error]
    }
    web!.later(expiresAt - signedInAt - 1)
    assert.deepStrictEqual(await refused(), [502, "TokenError"])
    web!.later(1)
    assert.deepStrictEqual(await refused(), [401, "SessionEnded"])
  })

  scenario("F5: ends nothing where the store cannot say whether the session lives", [{}], async (web) => {
    const mine = web!.browser()
    await mine.signIn()
    web!.later("6 seconds")
    web!.wire.next("/token", () => {
      web!.faults.fail("sessions.get", 1)
      return Scripted.oauthError("invalid_client", 401)()
    })
    const answer = await mine.send("/session/refresh", post())
    assert.deepStrictEqual([answer.status, (await answer.json()).error], [502, "TokenError"])
    assert.isTrue((await mine.session()).signedIn)
  })
})

describe("a store that is away", () => {
  scenario("lets a person try again, since they are still signed in", [{}], async (web) => {
    const mine = web!.browser()
    await mine.signIn()
    for (const [operation, path, init] of [
      ["sessions.get", "/session", {}],
      ["browsers.find", "/sign-out", form],
      ["browsers.find", "/session/refresh", form]
    ] as const) {
      web!.faults.fail(operation, 1)
      const answer = await mine.send(path, init)
      assert.strictEqual(answer.status, 503, path)
      const page = await answer.text()
      assert.deepStrictEqual(button(page), ["/", "Try again"], path)
      assert.notInclude(page, "planted")
      assert.isTrue((await mine.session()).signedIn, path)
    }
  })
})

describe("a sign-out", () => {
  scenario("G5: everywhere that LivePerson refuses is one here: the way on is a sign-in", [{}], async (web) => {
    const mine = web!.browser()
    await mine.signIn()
    web!.wire.next("/revoke", Scripted.json({}, 503))
    const answer = await mine.send("/sign-out/everywhere", form)
    assert.strictEqual(answer.status, 503)
    assert.deepStrictEqual(button(await answer.text()), ["/login", "Sign in again"])
    assert.isFalse((await mine.session()).signedIn)
  })

  scenario("G6: leaves neither the session nor the identifier in a store", [{}], async (web) => {
    for (const path of ["/sign-out", "/sign-out/everywhere"]) {
      const mine = web!.browser()
      await mine.signIn()
      const before = web!.faults.asked.length
      assert.strictEqual((await mine.send(path, post())).status, 204)
      assert.includeMembers(web!.faults.asked.slice(before), ["sessions.remove", "browsers.remove"], path)
    }
  })

  scenario("of a browser that has no session asks no store", [{}], async (web) => {
    for (const path of ["/sign-out", "/sign-out/everywhere"]) {
      const answer = await web!.browser().send(path, post())
      assert.strictEqual(answer.status, 204)
      // By it a page tells this answer from an empty one of another server.
      assert.strictEqual(answer.headers.get("x-le-auth"), "done")
    }
    assert.deepStrictEqual(web!.faults.asked, [])
  })
})
