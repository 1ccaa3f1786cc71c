// @effect-diagnostics globalDate:off
import { assert, describe } from "@effect/vitest"
import * as Scripted from "../../core/test/ScriptedSentinel.ts"
import { type Options, scenario } from "./Application.ts"
import { type Browser, post } from "./Browser.ts"

const account = Scripted.account

/** A second window of the same browser: what is on its way there has the cookies of now. */
const copyOf = (mine: Browser, into: Browser): Browser => {
  for (const [name, value] of mine.cookies) into.cookies.set(name, value)
  return into
}

for (const [mode, options] of [
  ["with a store", {}],
  ["stateless", { stateless: {} }]
] satisfies ReadonlyArray<readonly [string, Options]>) {
  describe(`a callback that comes again, ${mode}`, () => {
    scenario("C13: leads home, since the user is signed in", [options], async ({ browser, wire }) => {
      const mine = browser()
      const callback = await mine.start("?returnTo=/inbox")
      assert.strictEqual((await mine.send(callback)).headers.get("location"), "/inbox")
      for (let again = 0; again < 3; again++) {
        const answer = await mine.send(callback)
        assert.strictEqual(answer.status, 303)
        assert.strictEqual(answer.headers.get("location"), "/")
        assert.isTrue((await mine.session()).signedIn)
      }
      assert.strictEqual(wire.to("/token").length, 1)
    })

    scenario(
      "B3, C13: 1,000 at once from one browser are all signed in, with one exchange; another's are refused",
      [options],
      async ({ browser, wire }) => {
        const mine = browser()
        const callback = await mine.start("?returnTo=/inbox")
        const open = copyOf(mine, browser())
        const windows = Array.from({ length: 1000 }, () => copyOf(mine, browser()))
        const [answers, foreign] = await Promise.all([
          Promise.all(windows.map((window) => window.send(callback))),
          Promise.all(Array.from({ length: 50 }, () => browser().send(callback)))
        ])
        assert.strictEqual(wire.to("/token").length, 1)
        assert.deepStrictEqual(new Set(answers.map(({ headers }) => headers.get("location"))), new Set(["/inbox"]))
        const identifiers = windows.map(({ cookies }) => cookies.get("__Host-le-auth-session"))
        assert.strictEqual(new Set(identifiers).size, 1000)
        assert.deepStrictEqual(new Set(foreign.map(({ status }) => status)), new Set([400]))
        for (const window of [windows[0]!, windows[500]!, windows[999]!]) {
          assert.isTrue((await window.session()).signedIn)
        }
        // Within a minute also afterwards, as a restored tab brings it.
        assert.strictEqual((await open.send(callback)).headers.get("location"), "/inbox")
        assert.isTrue((await open.session()).signedIn)
        assert.strictEqual(wire.to("/token").length, 1)
      }
    )

    scenario("C13: keeps the session that it brought before", [options], async ({ browser, stop, wire }) => {
      // A refresh more than 5 seconds after the tokens came asks for new ones, and a busy machine takes that long.
      stop()
      const mine = browser()
      const callback = await mine.start("?returnTo=/inbox")
      const open = new Map(mine.cookies)
      await mine.send(callback)
      // A tab that was on its way twice: the browser has the session, and still the binding.
      for (const [name, value] of open) mine.cookies.set(name, value)
      assert.strictEqual((await mine.send(callback)).headers.get("location"), "/inbox")
      assert.isTrue((await mine.session()).signedIn)
      assert.strictEqual((await mine.send("/session/refresh", post())).status, 200)
      assert.strictEqual(wire.to("/token").length, 1)
    })

    scenario("C13: long after its sign-in leads home who is signed in", [options], async ({ browser, later }) => {
      const mine = browser()
      const late = await mine.start("?returnTo=/inbox")
      await mine.signIn()
      later("21 minutes")
      const answer = await mine.send(late)
      assert.deepStrictEqual([answer.status, answer.headers.get("location")], [303, "/"])
      assert.isTrue((await mine.session()).signedIn)
    })

    scenario("C13: of no sign-in takes no cookie away", [options], async ({ browser }) => {
      const answer = await browser().send("/callback?code=x&state=made-up")
      assert.strictEqual(answer.status, 400)
      assert.deepStrictEqual(answer.headers.getSetCookie(), [])
    })

    scenario("B3, C13: brings no user back who has signed out", [options], async ({ browser }) => {
      const mine = browser()
      const callback = await mine.start()
      const tab = copyOf(mine, browser())
      await mine.send(callback)
      assert.strictEqual((await mine.send("/sign-out", post())).status, 204)
      const answer = await tab.send(callback)
      assert.strictEqual(answer.status, 400)
      assert.include(await answer.text(), "<h1>You are not signed in</h1>")
      assert.isFalse((await tab.session()).signedIn)
    })

    scenario(
      "C13: with a bad sign-in beside a good one says that the good one goes on",
      [options],
      async ({ browser }) => {
        const mine = browser()
        await mine.signIn()
        const denied = (await mine.start("?returnTo=/inbox")).replace("code=planted-code", "error=access_denied")
        const page = await (await mine.send(denied)).text()
        assert.include(page, "<h1>This sign-in did not work</h1>")
        assert.include(page, "You are still signed in as before.")
        assert.include(page, `href="/login?returnTo=%2Finbox">Sign in again</a><a class="button" href="/">Go on</a>`)
        assert.isTrue((await mine.session()).signedIn)
      }
    )
  })
}

describe("a callback whose store is away", () => {
  scenario("F10: tries three times more to keep what came, and then gives up", [{}], async ({ browser, faults }) => {
    const creates = () => faults.asked.filter((operation) => operation === "browsers.create").length
    for (const [times, status, tries] of [
      [3, 303, 4],
      [10, 503, 4]
    ] as const) {
      const mine = browser()
      const callback = await mine.start()
      faults.fail("browsers.create", times)
      const before = creates()
      assert.strictEqual((await mine.send(callback)).status, status)
      assert.strictEqual(creates() - before, tries)
      assert.strictEqual((await mine.session()).signedIn, status === 303)
    }
  })

  scenario("C13: says so, and that the user is still signed in", [{}], async ({ browser, faults }) => {
    const mine = browser()
    await mine.signIn()
    const callback = await mine.start()
    faults.fail("transactions.take", 1)
    const answer = await mine.send(callback)
    assert.strictEqual(answer.status, 503)
    const page = await answer.text()
    assert.include(page, "<h1>This sign-in did not work</h1>")
    assert.include(page, "You are still signed in as before.")
  })

  scenario("C13: is refused as ever if it is unknown who was signed in", [{}], async ({ browser, faults }) => {
    const mine = browser()
    await mine.signIn()
    faults.fail("sessions.get", 1)
    const answer = await mine.send("/callback?code=x&state=made-up")
    assert.strictEqual(answer.status, 400)
    assert.include(await answer.text(), "<h1>You are not signed in</h1>")
  })

  scenario("G9: signs in, and tells the log that the session before is left", [{}], async (web) => {
    for (const operation of ["browsers.find", "browsers.remove"]) {
      const mine = web!.browser()
      await mine.signIn()
      const callback = await mine.start("?returnTo=/inbox")
      web!.faults.fail(operation, 1)
      const lines = () => web!.log.filter((line) => line.includes("The session before could not be removed")).length
      const before = lines()
      assert.strictEqual((await mine.send(callback)).headers.get("location"), "/inbox", operation)
      assert.strictEqual(lines(), before + 1, operation)
      assert.isTrue((await mine.session()).signedIn)
    }
  })

  scenario("G9: asks for no session before where the browser has none", [{}], async ({ browser, faults }) => {
    await browser().signIn()
    assert.deepStrictEqual(
      faults.asked.filter((operation) => operation.startsWith("browsers.")),
      ["browsers.create"]
    )
  })
})

describe("a session belongs to one browser", () => {
  scenario(
    "G9: signing out in one browser leaves the other, of the same user, signed in",
    [{}],
    async ({ browser }) => {
      const [mine, other] = [browser(), browser()]
      await mine.signIn()
      await other.signIn()
      assert.strictEqual((await mine.send("/sign-out", post())).status, 204)
      assert.isFalse((await mine.session()).signedIn)
      assert.isTrue((await other.session()).signedIn)
      assert.strictEqual((await other.send("/session/refresh", post())).status, 200)
    }
  )

  scenario("G9: a new sign-in ends the session that this browser had", [{}], async ({ browser, sessions }) => {
    const mine = browser()
    await mine.signIn()
    const [before] = await sessions(account)
    await mine.signIn()
    const after = await sessions(account)
    assert.strictEqual(after.length, 1)
    assert.notStrictEqual(after[0]!.toString(), before!.toString())
  })

  for (const idToken of [true, false]) {
    scenario(
      `G9: 200 sign-ins in one browser leave one session, ${idToken ? "with" : "without"} an id_token`,
      [{}],
      async ({ browser, sessions, wire }) => {
        const mine = browser()
        for (let round = 0; round < 200; round++) {
          if (!idToken) {
            wire.next("/token", (sent) => Scripted.json(Scripted.tokens(sent, Date.now(), { id_token: undefined }))())
          }
          assert.strictEqual((await mine.signIn()).status, 303)
        }
        assert.strictEqual((await sessions(account)).length, 1)
        assert.isTrue((await mine.session()).signedIn)
      }
    )
  }
})

describe("an error page", () => {
  const answer = (status: number, body: unknown, headers = {}) => Scripted.json(body, status, headers)
  const button = (page: string) => /<a class="button primary" href="([^"]*)">([^<]*)<\/a>/.exec(page)?.slice(1)
  const form = post({ "sec-fetch-site": "same-origin" })

  scenario("C13: of a callback leads to a sign-in that knows the way", [{}], async ({ browser, wire }) => {
    for (const [change, plan] of [
      ["error=access_denied", undefined],
      ["code=x&iss=https://evil.example", undefined],
      ["code=x", answer(400, { error: "invalid_grant" })],
      ["code=x", answer(401, { error: "invalid_client" })],
      ["code=x", answer(429, {})],
      ["code=x", answer(503, {})],
      ["code=x", answer(200, "<html>")]
    ] as const) {
      const mine = browser()
      const callback = (await mine.start("?returnTo=/inbox?folder=1%26x=2")).replace("code=planted-code", change)
      if (plan !== undefined) wire.next("/token", plan)
      const page = await (await mine.send(callback)).text()
      assert.deepStrictEqual(button(page), [
        "/login?returnTo=%2Finbox%3Ffolder%3D1%26amp%3Bx%3D2".replace("%26amp%3B", "%26"),
        "Sign in again"
      ])
      assert.strictEqual(mine.cookies.size, 0, "the sign-in is over")
    }
    const made_up = await (await browser().send("/callback?code=x&state=made-up")).text()
    assert.deepStrictEqual(button(made_up), ["/login", "Sign in again"])
  })

  scenario(
    "D9: offers nothing to a blocked user, and repeats nothing that LivePerson said",
    [{}],
    async ({ browser, later, log, wire }) => {
      const said = { error: { message: "planted-by-liveperson" } }
      for (const status of [451, 500, 503]) {
        const mine = browser()
        const callback = await mine.start("")
        wire.next("/token", answer(status, said))
        const page = await (await mine.send(callback)).text()
        assert.notInclude(page, "planted-by-liveperson")
        assert.isTrue(log.some((line) => line.includes("planted-by-liveperson")))
        if (status !== 451) continue
        assert.include(page, "open a case with LivePerson")
        assert.isUndefined(button(page))
      }
      const mine = browser()
      await mine.signIn()
      later("6 seconds")
      wire.next("/token", answer(451, said))
      const page = await (await mine.send("/session/refresh", form)).text()
      assert.deepStrictEqual(button(page), ["/", "Go on"])
    }
  )

  scenario("C13: of a sign-in that cannot start keeps the way, too", [{}], async ({ browser, wire }) => {
    wire.next("/baseURI.json", answer(503, {}))
    assert.deepStrictEqual(button(await (await browser().send("/login?returnTo=/inbox")).text()), [
      "/login?returnTo=%2Finbox",
      "Sign in again"
    ])
    assert.deepStrictEqual(button(await (await browser().send("/login?returnTo=//evil.example")).text()), [
      "/login",
      "Sign in again"
    ])
  })

  scenario(
    "F6: of what passes lets the user try again, since the session lives",
    [{}],
    async ({ browser, later, wire }) => {
      const mine = browser()
      await mine.signIn()
      later("6 seconds")
      for (const [plan, expected] of [
        [answer(429, {}), ["/", "Try again"]],
        [answer(503, {}), ["/", "Try again"]],
        [answer(200, "<html>"), ["/", "Try again"]],
        [answer(400, { error: "unauthorized_client" }), ["/", "Try again"]],
        [answer(401, { error: "invalid_client" }), ["/login", "Sign in again"]]
      ] as const) {
        wire.next("/token", plan)
        const refused = await mine.send("/session/refresh", form)
        assert.isAtLeast(refused.status, 500)
        assert.deepStrictEqual(button(await refused.text()), [...expected])
        assert.isTrue((await mine.session()).signedIn)
      }
      wire.next("/token", answer(400, { error: "invalid_grant" }))
      const ended = await mine.send("/session/refresh", form)
      assert.strictEqual(ended.status, 401)
      assert.deepStrictEqual(button(await ended.text()), ["/login", "Sign in again"])
    }
  )

  scenario(
    "D9, J4: has no word of an upstream, and a reference that the log has, too",
    [{}],
    async ({ browser, later, log, wire }) => {
      const words = "upstream-words"
      const upstream = [
        answer(400, words, { "content-type": "text/html" }),
        answer(400, { error: "invalid_grant", error_description: words }),
        answer(401, { error: "invalid_client", error_description: words }),
        answer(400, { error: words }),
        answer(500, { error: words }),
        answer(200, { access_token: words })
      ]
      const checked = async (response: Response) => {
        const page = await response.text()
        assert.notInclude(page, words)
        const [, reference] = /[Rr]eference"?: ?"?([0-9A-Z]{6})/.exec(page) ?? []
        assert.isString(reference, page)
        assert.isTrue(
          log.some((line) => line.includes(`reference ${reference}`)),
          reference
        )
      }
      for (const plan of upstream) {
        wire.next("/token", plan)
        await checked(await browser().signIn())
        const mine = browser()
        await mine.signIn()
        later("6 seconds")
        wire.next("/token", plan)
        await checked(await mine.send("/session/refresh", form))
        if ((await mine.session()).signedIn) {
          wire.next("/token", plan)
          await checked(await mine.send("/session/refresh", post()))
        }
        wire.next("/revoke", plan)
        const everywhere = await mine.send("/sign-out/everywhere", post())
        if (everywhere.status !== 204) await checked(everywhere)
        wire.next("/baseURI.json", plan)
        const start = await browser().send("/login")
        if (start.status !== 302) await checked(start)
      }
      // What a believed callback says is shown: the user has to know it.
      const mine = browser()
      const callback = (await mine.start()).replace(
        "code=planted-code",
        "error=access_denied&error_description=no+licence"
      )
      assert.include(await (await mine.send(callback)).text(), "access_denied (no licence)")
    }
  )

  scenario("J4: of strangers leaves no more than two lines in the log", [{}, { stateless: {} }], async (...all) => {
    for (const { browser, log, levels } of all) {
      const mine = browser()
      const open = (await mine.start()).replace("/callback?code=planted-code&", "")
      for (let round = 0; round < 250; round++) {
        await browser().send(`/callback?code=x&state=made-up-${round}`)
        await mine.send(`/callback?code=x&error=y&${open}`)
        await browser().send(`/login?returnTo=//evil.example/${round}`)
        const planted = browser()
        planted.cookies.set(`__Host-le-auth-${"A".repeat(12)}`, "made-up")
        planted.cookies.set(`__Host-le-auth-open-${"A".repeat(12)}`, "a.made-up")
        await planted.send(`/callback?code=x&state=${"A".repeat(55)}`)
      }
      // Callbacks and starts are counted apart.
      const loud = levels.filter((level) => level !== "Debug")
      assert.isAtMost(loud.length, 4)
      assert.isAtLeast(loud.length, 1)
      assert.isAtMost(
        log.filter((line) => line.includes("A callback was refused")).length -
          levels.filter((level) => level === "Debug").length,
        2
      )
    }
  })
})

describe("a session whose refresh Sentinel refuses", () => {
  const over = (sent: Scripted.Sent) => Scripted.json(Scripted.tokens(sent, Date.now(), { expires_in: 0 }))()
  const refuse = (...times: ReadonlyArray<number>) => times.map(() => Scripted.oauthError("invalid_client", 401))

  for (const [mode, options] of [
    ["with a store", {}],
    ["stateless", { stateless: {} }]
  ] satisfies ReadonlyArray<readonly [string, Options]>) {
    scenario(
      `F5, ${mode}: is stored as long as its access token is good`,
      [options],
      async ({ browser, later, wire }) => {
        const mine = browser()
        await mine.signIn()
        later("6 seconds")
        wire.next("/token", ...refuse(1))
        const answer = await mine.send("/session/refresh", post())
        assert.strictEqual(answer.status, 502)
        assert.strictEqual((await answer.json()).error, "TokenError")
        assert.isTrue((await mine.session()).signedIn)
      }
    )

    scenario(
      `F5, ${mode}: counts as signed out once that is over, and a new sign-in helps`,
      [options],
      async ({ browser, session, wire }) => {
        const mine = browser()
        wire.next("/token", over, ...refuse(1, 2))
        await mine.signIn()
        const asked = wire.to("/token").length
        for (let again = 0; again < 3; again++) assert.deepStrictEqual(await mine.session(), { signedIn: false })
        // Sentinel is not asked again for each page.
        assert.strictEqual(wire.to("/token").length, asked + 1)
        const cookie = [...mine.cookies].map(([name, value]) => `${name}=${value}`).join("; ")
        assert.deepStrictEqual(await session(new Request("https://app.example/", { headers: { cookie } })), {
          signedIn: false
        })
        const answer = await mine.send("/session/refresh", post())
        assert.strictEqual(answer.status, 401)
        assert.strictEqual((await answer.json()).error, "SessionEnded")
        await mine.signIn()
        assert.isTrue((await mine.session()).signedIn)
      }
    )

    scenario(`F6, ${mode}: a Sentinel that cannot be asked ends no session`, [options], async ({ browser, wire }) => {
      const mine = browser()
      wire.next("/token", over, Scripted.json({}, 503))
      await mine.signIn()
      assert.isTrue((await mine.session()).signedIn)
    })
  }
})
