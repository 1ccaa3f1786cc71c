// A whole sign-in, as a person's browser makes it, with an application that runs somewhere and a Sentinel that runs
// elsewhere. It knows `Request` and `Response` only.
import assert from "node:assert/strict"
import { createHmac } from "node:crypto"

/** A browser that keeps cookies, and follows redirects step by step. */
function browser(send: (request: Request) => Promise<Response>) {
  /** Cookies know no ports, but the two hosts have different names of them. */
  const cookies = new Map<string, string>()
  const ask = async (url: string | URL, init?: RequestInit) => {
    const request = new Request(url, { ...init, redirect: "manual" })
    if (cookies.size > 0) request.headers.set("cookie", [...cookies].map((pair) => pair.join("=")).join("; "))
    const response = await send(request)
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (/; *max-age=0(;|$)/i.test(cookie)) cookies.delete(name)
      else cookies.set(name, value)
    }
    return { url: new URL(url), status: response.status, headers: response.headers, text: await response.text() }
  }
  /** Until there is a page. */
  const visit = async (url: string | URL, init?: RequestInit) => {
    let answer = await ask(url, init)
    for (let redirects = 0; answer.headers.has("location"); redirects++) {
      assert.ok(redirects < 10, `redirects without end, at last to ${answer.url.origin}${answer.url.pathname}`)
      answer = await ask(new URL(answer.headers.get("location") ?? "", answer.url))
    }
    return answer
  }
  return { ask, visit }
}

/** The value of a hidden field. */
const field = (html: string, name: string) => new RegExp(`name="${name}"\\s+value="([^"]*)"`).exec(html)?.[1] ?? ""

/** What a script of the application's own page sends. */
const own = { "x-le-auth": "1", "sec-fetch-site": "same-origin" }

/**
 * Signs in, looks who it is, refreshes, calls an API, signs out here, signs in again, signs out everywhere, and sends
 * webhooks. Throws where something is not as it should be, and says in which step.
 * @param options two origins; `base` is before the paths of all routes; at `verbs` the server itself takes a token and
 *   calls an API; at `webhook` it verifies what is signed with `secret`
 */
export async function scenario({
  application,
  base = "",
  secret = "",
  send = fetch,
  sentinel,
  verbs,
  webhook
}: {
  application: string
  base?: string
  sentinel: string
  send?: (request: Request) => Promise<Response>
  verbs?: string | undefined
  webhook?: string | undefined
  secret?: string | undefined
}) {
  const { ask, visit } = browser(send)
  const at = (path: string) => new URL(`${base}${path}`, application)
  const json = ({ status, text }: { status: number; text: string }) => {
    assert.equal(status, 200, text)
    return JSON.parse(text)
  }
  const who = async () => json(await ask(at("/session"), { headers: own }))
  const post = (path: string) => ask(at(path), { method: "POST", headers: own })
  const users = "/liveperson/accountConfigReadOnly/api/account/12345678/configuration/le-users/users"
  const api = (subject: string) => ask(at(`${users}/${subject}?v=6.0`), { headers: own })

  const isLogin = (page: { url: URL; status: number; text: string }) =>
    assert.ok(page.url.origin === sentinel && page.text.includes('id="password"'), page.text)
  const start = () => visit(at(`/login?returnTo=${base}/session`))
  const logIn = (page: { url: URL; text: string }) =>
    visit(new URL("/sentinel/login", sentinel), {
      method: "POST",
      headers: { origin: sentinel, "sec-fetch-site": "same-origin" },
      body: new URLSearchParams({
        request: field(page.text, "request"),
        token: field(page.text, "token"),
        username: "agent@example.com",
        password: "agent"
      })
    })

  let subject = ""
  const steps: ReadonlyArray<[string, () => Promise<unknown>]> = [
    ["no user is signed in", async () => assert.equal((await who()).signedIn, false)],
    [
      "sign-in",
      async () => {
        const page = await start()
        isLogin(page)
        const session = json(await logIn(page))
        assert.equal(session.signedIn, true)
        assert.equal(session.accountId, "12345678")
        // Whether the signature of the id_token was verified.
        assert.equal(session.verified, true)
        subject = session.subject
      }
    ],
    ["session", async () => assert.equal((await who()).subject, subject)],
    [
      "API call",
      async () => {
        assert.equal(String(json(await api(subject)).id), subject)
      }
    ],
    [
      "calls of the server",
      async () => {
        if (verbs === undefined) return
        const found = json(await ask(new URL(verbs, application)))
        assert.deepEqual(found, { subject, user: subject, isAnother: true, sessions: 1, origin: sentinel })
      }
    ],
    [
      "refresh",
      async () => {
        const before = await who()
        const after = json(await post("/session/refresh"))
        assert.equal(after.subject, subject)
        assert.ok(after.expiresAt >= before.expiresAt)
        assert.equal(String(json(await api(subject)).id), subject)
      }
    ],
    [
      "sign-out",
      async () => {
        assert.ok((await post("/sign-out")).status < 400)
        assert.equal((await who()).signedIn, false)
        assert.equal((await api(subject)).status, 401)
        if (verbs !== undefined) assert.equal((await ask(new URL(verbs, application))).text, "NotSignedIn")
      }
    ],
    [
      // Sentinel heard nothing of the sign-out, so it asks for no password.
      "sign-in without a password",
      async () => assert.equal(json(await start()).subject, subject)
    ],
    [
      "sign-out everywhere",
      async () => {
        assert.ok((await post("/sign-out/everywhere")).status < 400)
        assert.equal((await who()).signedIn, false)
        isLogin(await start())
      }
    ],
    [
      "webhooks",
      async () => {
        if (webhook === undefined) return
        const body = '{ "text": "Zoë 🔑" }'
        for (const hash of ["sha1", "sha256"]) {
          for (const encoding of ["base64", "hex"] as const) {
            const signature = `${hash}=${createHmac(hash, secret).update(body).digest(encoding)}`
            const init = { method: "POST", headers: { "x-liveperson-signature": signature } }
            const { text: own } = await ask(new URL(webhook, application), { ...init, body })
            const { text: changed } = await ask(new URL(webhook, application), { ...init, body: `${body} ` })
            assert.deepEqual([own, changed], ["Valid", "Invalid"], `${hash} in ${encoding}`)
          }
        }
      }
    ]
  ]
  for (const [name, step] of steps) {
    try {
      await step()
    } catch (error) {
      throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
    }
  }
  return steps.map(([name]) => name)
}
