/** Many connections at once, over real sockets. */
import { fetch } from "@effect/platform-node/Undici"
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { account, callback, clientId, secret } from "../Harness.ts"
import * as SentinelDialect from "@le-auth/sentinel/SentinelDialect"
import { authorizeUrl, layerWith, Loopback, UserAgent } from "./Loopback.ts"

const many = 64

interface Answer {
  readonly status: number
  readonly json: Readonly<Record<string, string>>
}

const application = (base: string) => {
  const post = async (path: string, body: Readonly<Record<string, string>>): Promise<Answer> => {
    const credentials = { client_id: clientId, client_secret: secret }
    const response = await fetch(`${base}/${path}?v=1.0`, {
      method: "POST",
      body: new URLSearchParams({ ...credentials, ...body })
    })
    return { status: response.status, json: JSON.parse(await response.text()) as Answer["json"] }
  }
  return {
    exchange: (code: string) => post("token", { grant_type: "authorization_code", code }),
    refresh: (token: string) => post("token", { grant_type: "refresh_token", refresh_token: token }),
    revoke: (token: string) => post("token/revoke", { token })
  }
}

const signIn = async (base: string, browser = new UserAgent()) => {
  const answer = await browser.signIn(authorizeUrl(base, { client_id: clientId }))
  assert.isTrue(answer.href.startsWith(`${callback}?code=`))
  return answer.searchParams.get("code")!
}

/** What a resource says of an access token. */
const isGood = async (origin: string, accessToken: string): Promise<boolean> => {
  const url = `${origin}/api/account/${account}/configuration/le-users/users/3552833710`
  return (await fetch(url, { headers: { authorization: `Bearer ${accessToken}` } })).status === 200
}

const all = <A>(count: number, request: (index: number) => Promise<A>) =>
  Promise.all(Array.from({ length: count }, (_, index) => request(index)))

const rotating = layerWith({ settings: SentinelDialect.layer({ refreshTokens: "rotate" }) })

layer(rotating, { excludeTestServices: true })("over many connections at once", (it) => {
  it.effect(`R32, R33: of ${many} redemptions of one code one wins, and none keeps its tokens`, () =>
    Effect.gen(function* () {
      const { base, origin } = yield* Loopback
      yield* Effect.promise(async () => {
        const app = application(base)
        const code = await signIn(base)
        const answers = await all(many, () => app.exchange(code))
        const [winner, ...others] = answers.filter(({ status }) => status === 200)
        assert.isDefined(winner)
        assert.lengthOf(others, 0)
        const refusals = answers.filter(({ status }) => status === 400)
        assert.lengthOf(refusals, many - 1)
        for (const { json } of refusals) assert.strictEqual(json["error"], "invalid_grant")
        assert.isFalse(await isGood(origin, winner!.json["access_token"]!))
        assert.strictEqual((await app.refresh(winner!.json["refresh_token"]!)).json["error"], "invalid_grant")
      })
    })
  )

  it.effect(`R65, R67: ${many} refreshes with one token get one and the same pair, and it works`, () =>
    Effect.gen(function* () {
      const { base, origin } = yield* Loopback
      yield* Effect.promise(async () => {
        const app = application(base)
        const { json: tokens } = await app.exchange(await signIn(base))
        const answers = await all(many, () => app.refresh(tokens["refresh_token"]!))
        assert.lengthOf([...new Set(answers.map(({ status, json }) => `${status} ${JSON.stringify(json)}`))], 1)
        const [{ json: next, status }] = answers as [Answer]
        assert.strictEqual(status, 200)
        assert.isTrue(await isGood(origin, next["access_token"]!))
        const chain = await all(many, () => app.refresh(next["refresh_token"]!))
        assert.lengthOf([...new Set(chain.map(({ json }) => json["refresh_token"]))], 1)
        // R66: the first token now has a successor that is used; a client that still has the first ends the whole
        // family.
        const late = await all(many, () => app.refresh(tokens["refresh_token"]!))
        for (const { json } of late) assert.strictEqual(json["error"], "invalid_grant")
        assert.isFalse(await isGood(origin, chain[0]!.json["access_token"]!))
      })
    })
  )

  it.effect("R74: code, refresh, revocation and sign-out at once leave nothing alive", () =>
    Effect.gen(function* () {
      const { base, origin } = yield* Loopback
      yield* Effect.promise(async () => {
        const app = application(base)
        for (let round = 0; round < 12; round++) {
          const browser = new UserAgent()
          const first = (await app.exchange(await signIn(base, browser))).json
          const code = await signIn(base, browser)
          const sessionCookies = new Map(browser.cookies(new URL(base).hostname))
          const logout = () =>
            browser.send(new URL(`${origin}/sentinel/logout`), {
              method: "POST",
              body: new URLSearchParams({ account })
            })
          const requests: ReadonlyArray<() => Promise<Answer | undefined>> = [
            ...Array.from({ length: 8 }, () => () => app.refresh(first["refresh_token"]!)),
            () => app.exchange(code),
            () => app.revoke(first[round % 2 === 0 ? "refresh_token" : "access_token"]!),
            async () => {
              if (round % 3 === 0) await logout()
              return undefined
            }
          ]
          // Another order in each round.
          const shifted = [...requests.slice(round % requests.length), ...requests.slice(0, round % requests.length)]
          const answers = await Promise.all(shifted.map((request) => request()))
          const given = answers.flatMap((answer) => (answer?.json["access_token"] === undefined ? [] : [answer.json]))
          for (const { status } of answers.filter((answer) => answer !== undefined)) assert.include([200, 400], status)
          for (const tokens of [first, ...given]) {
            assert.isFalse(await isGood(origin, tokens["access_token"]!))
            assert.strictEqual((await app.refresh(tokens["refresh_token"]!)).json["error"], "invalid_grant")
          }
          // The session is over as well: the browser has to sign in again.
          const cookie = [...sessionCookies].map(([name, value]) => `${name}=${value}`).join("; ")
          const again = await fetch(authorizeUrl(base, { client_id: clientId }), {
            redirect: "manual",
            headers: { cookie }
          })
          assert.match(again.headers.get("location")!, /^\/sentinel\/login/)
        }
      })
    })
  )
})
