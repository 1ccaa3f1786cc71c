import { assert, describe } from "@effect/vitest"
import * as PageToken from "@le-auth/web/PageToken"
import { type Options, scenario } from "./Application.ts"
import { post } from "./Browser.ts"

const mediating: Options = { routes: PageToken.layer({ services: ["asyncMessagingEnt"] }) }
const path = "/session/token/asyncMessagingEnt"

describe("a token for the page", () => {
  scenario("F9: there is none unless the application says so", [{}], async ({ browser }) => {
    const mine = browser()
    await mine.signIn()
    assert.strictEqual((await mine.send(path, post())).status, 404)
  })

  for (const mode of [{}, { stateless: {} }] satisfies ReadonlyArray<Options>) {
    scenario(
      `F9, G2: it is the access token and where it may go, and nothing else${"stateless" in mode ? " (stateless)" : ""}`,
      [{ ...mediating, ...mode }],
      async ({ browser }) => {
        const mine = browser()
        await mine.signIn()
        const answer = await mine.send(path, post())
        assert.strictEqual(answer.headers.get("cache-control"), "no-store")
        const { accessToken, expiresIn, ...rest } = await answer.json()
        assert.match(accessToken, /^planted-access-/)
        assert.isTrue(expiresIn > 28_000_000 && expiresIn <= 28_800_000)
        assert.deepStrictEqual(rest, { origin: "https://asyncmessagingent-12345678.liveperson.net" })
      }
    )
  }

  scenario("G2, G7: only for listed services, and for the application's own pages", [mediating], async (web) => {
    const mine = web.browser()
    assert.strictEqual((await mine.send(path, post())).status, 401)
    await mine.signIn()
    for (const [at, init, status] of [
      ["/session/token/sentinel", post(), 403],
      ["/session/token/asyncMessagingEnt%2F", post(), 403],
      [path, post({}), 403],
      [path, post({ "sec-fetch-site": "same-origin" }), 403],
      [path, post({ "x-le-auth": "1", "sec-fetch-site": "cross-site" }), 403],
      [path, post({ "x-le-auth": "1", origin: "https://evil.example" }), 403],
      [path, { headers: { "x-le-auth": "1" } }, 404]
    ] as const) {
      const answer = await mine.send(at, init)
      assert.strictEqual(answer.status, status, at)
      assert.isNull(answer.headers.get("access-control-allow-origin"))
      assert.notInclude(await answer.text(), "planted")
    }
    assert.notInclude(web.log.join(), "planted-access")
  })
})
