// Where strangers and operators can put bytes of their own.
import { request, type IncomingHttpHeaders } from "node:http"

import * as Recipe from "./Recipe.ts"
import type { Asked } from "./Sentinel.ts"

export interface Target {
  readonly name: string
  /** Characters. */
  readonly longest: number
  readonly seeds: ReadonlyArray<Recipe.Recipe>
  /** What is not measured, and then what is. */
  readonly prepare: (sentinel: Asked, text: string) => Promise<() => Promise<unknown>>
}

const account = "/sentinel/api/account/12345678"
const authorize = `${account}/authorize?v=1.0&response_type=code&client_id=client`
const form = { "content-type": "application/x-www-form-urlencoded" }

/** Sends bytes as they are. What comes back does not matter, nor whether anything does. */
const send = (
  origin: string,
  path: string,
  {
    body,
    headers = {},
    method = body === undefined ? "GET" : "POST"
  }: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {}
): Promise<{ headers: IncomingHttpHeaders; text: string }> =>
  new Promise((resolve) => {
    const none = () => resolve({ headers: {}, text: "" })
    try {
      const sent = request(new URL(origin), { path, method, headers, agent: false }, (response) => {
        let text = ""
        response.setEncoding("utf8")
        response.on("data", (part) => void (text += part))
        response.on("end", () => resolve({ headers: response.headers, text }))
        response.on("error", none)
      })
      sent.on("error", none)
      sent.end(body)
    } catch {
      none()
    }
  })

/** Characters that a line of a request may have; the others would not leave this program. */
const printable = (text: string) =>
  text.replaceAll(/[^\x21-\x7e]/g, (character) => (character.charCodeAt(0) < 256 ? "+" : "%ff"))
/** Those of a header. */
const headerText = (text: string) => text.replaceAll(/[^\x20-\x7e\x80-\xff]/g, "?")

/** The login page of a browser. */
const loginPage = async ({ main }: Asked) => {
  const sent = await send(main, `${authorize}&redirect_uri=http://127.0.0.1/cb&state=s`)
  const cookie = (sent.headers["set-cookie"] ?? []).map((one) => one.split(";")[0]).join("; ")
  const { text } = await send(main, sent.headers.location ?? "/", { headers: { cookie } })
  const field = (name: string) => new RegExp(`name="${name}"\\s+value="([^"]*)"`).exec(text)?.[1] ?? ""
  return { cookie, request: field("request"), token: field("token") }
}

const escapes = [Recipe.of("a=%&"), { times: 4000, pieces: [["%=%&", 1] as const] }]

const query = (name: string, path: (text: string) => string, listener: "main" | "control" = "main"): Target => ({
  name,
  longest: 15_000,
  seeds: [...escapes, Recipe.of("state=x&redirect_uri=http://127.0.0.1:1/cb"), Recipe.of("request=aaaa")],
  prepare: async (sentinel, text) => {
    const address = path(printable(text))
    return () => send(sentinel[listener], address)
  }
})

const body = (name: string, path: string): Target => ({
  name,
  longest: 65_000,
  seeds: [
    ...escapes,
    Recipe.of(
      "client_id=client&client_secret=secret&grant_type=authorization_code&code=c&redirect_uri=http://127.0.0.1/cb"
    ),
    Recipe.of("client_id=client&client_secret=secret&token=t&grant_type=refresh_token&refresh_token=r")
  ],
  prepare: async (sentinel, text) => {
    await sentinel.tell("later")
    return () => send(sentinel.main, path, { headers: form, body: Buffer.from(text) })
  }
})

const header = (name: string, headers: (text: string) => Record<string, string>): Target => ({
  name,
  longest: 14_000,
  seeds: [Recipe.of("a:b"), Recipe.of("sentinel-login=", "aaaa"), Recipe.of("a=b; ")],
  prepare: async (sentinel, text) => {
    await sentinel.tell("later")
    const sent = headers(text)
    return () => send(sentinel.main, `${account}/token?v=1.0`, { headers: { ...form, ...sent }, body: "grant_type=x" })
  }
})

const control = (
  name: string,
  method: string,
  path: string,
  longest: number,
  seeds: ReadonlyArray<Recipe.Recipe>
): Target => ({
  name,
  longest,
  seeds,
  prepare: async (sentinel, text) => {
    const sent = Buffer.from(text)
    return () => send(sentinel.control, path, { method, headers: { "content-type": "application/json" }, body: sent })
  }
})

/** A JWT of its sender's making under the header of Sentinel's own app tokens, so that its signature is looked at. */
const appToken: Target["prepare"] = async (sentinel, text) => {
  await sentinel.tell("later")
  const body = "grant_type=client_credentials&client_id=client&client_secret=secret"
  const sent = await send(sentinel.main, "/sentinel/api/v2/account/12345678/app/token", { headers: form, body })
  const header = /"access_token":"([^".]+)/.exec(sent.text)?.[1] ?? ""
  const authorization = `Bearer ${header}.${printable(text)}`
  return () =>
    send(sentinel.main, "/api/account/12345678/configuration/le-users/users?v=6.0", { headers: { authorization } })
}

/** A login, with a text of the sender as one of its fields. */
const login =
  (name: string, others: Record<string, string>): Target["prepare"] =>
  async (sentinel, text) => {
    await sentinel.tell("later")
    const { cookie, request, token } = await loginPage(sentinel)
    const start = new URLSearchParams({ request, token, ...others }).toString()
    const sent = Buffer.from(`${start}&${name}=${text.replaceAll(/[&%+]/g, "a")}`)
    return () => send(sentinel.main, "/sentinel/login", { headers: { ...form, cookie }, body: sent })
  }

const users = '{"accounts":[{"id":"1","installations":[],"users":['
const manyUsers: Recipe.Recipe = {
  times: 1,
  pieces: [
    [users, 1],
    ['{"id":"№","email":"№@b.c","password":"p"},', 4000],
    ["]}]}", 1]
  ]
}

const session =
  '["№",{"session":{"id":"№","accountId":"12345678","userId":"1","createdAt":1,"lastSeenAt":1,"idleExpiresAt":1,"expiresAt":1},"sequence":1}]'
const manySessions: Recipe.Recipe = {
  times: 1,
  pieces: [
    ['{"version":1,"takenAt":1,"ahead":"0 seconds","directory":[],"faults":[],"store":{"sequence":1,"sessions":[', 1],
    [`${session},`, 10_000],
    [session, 1],
    ['],"grants":[],"codes":[],"refreshes":[],"accesses":[],"userEnds":[]}}', 1]
  ]
}

export const targets: ReadonlyArray<Target> = [
  query("query of authorize", (text) => `${authorize}&${text}`),
  query("query of a health check", (text) => `/health/live?${text}`),
  query("query of the token endpoint", (text) => `${account}/token?${text}`),
  query("query of the login page", (text) => `/sentinel/login?${text}`),
  query("query of the inspector", (text) => `/?${text}`, "control"),
  query("query of the journal", (text) => `/control/journal?${text}`, "control"),
  query("path", (text) => `/${text}`),
  body("body of the token endpoint", `${account}/token?v=1.0`),
  body("body of the revocation endpoint", `${account}/token/revoke?v=1.0`),
  body("body of the app token endpoint", "/sentinel/api/account/12345678/app/token?v=1.0"),
  body("body of the login form", "/sentinel/login"),
  {
    ...header("cookies", () => ({})),
    seeds: [
      Recipe.of("sentinel-login=", "aaaa"),
      { times: 5000, pieces: [["№=%;", 1]] },
      { times: 9000, pieces: [["a;", 1]] }
    ],
    prepare: async (sentinel, text) => {
      const cookie = headerText(text)
      return () => send(sentinel.main, `${authorize}&redirect_uri=http://127.0.0.1/cb`, { headers: { cookie } })
    }
  },
  header("Basic credentials", (text) => ({
    authorization: `Basic ${Buffer.from(text).toString("base64").slice(0, 14_000)}`
  })),
  header("authorization", (text) => ({ authorization: headerText(text) })),
  {
    name: "app token",
    longest: 14_000,
    seeds: [Recipe.of("e30.", "A".repeat(342)), Recipe.of("e30.", "AAAA"), Recipe.of("a.")],
    prepare: appToken
  },
  header("other headers", (text) => ({
    "content-type": headerText(text),
    accept: headerText(text),
    origin: headerText(text)
  })),
  {
    name: "password",
    longest: 60_000,
    seeds: [
      Recipe.of("agent"),
      {
        times: 1,
        pieces: [
          ["a", 1],
          ["\u0345", 15_000],
          ["\u0334", 15_000]
        ]
      },
      {
        times: 1,
        pieces: [
          ["a", 1],
          ["\u0345", 500],
          ["\u0334", 500]
        ]
      }
    ],
    prepare: login("password", { username: "agent@example.com" })
  },
  {
    name: "name of a user",
    longest: 8000,
    seeds: [Recipe.of("agent@example.com"), Recipe.of("@")],
    prepare: login("username", { password: "agent" })
  },
  {
    name: "configuration",
    longest: 2 * 1024 * 1024,
    seeds: [
      manyUsers,
      { times: 200_000, pieces: [["[", 1]] },
      {
        times: 1,
        pieces: [
          ['{"a":"', 1],
          ["\\u0061", 100_000],
          ['"}', 1]
        ]
      },
      {
        times: 1,
        pieces: [
          ["{", 1],
          ['"a":1,', 100_000],
          ["}", 1]
        ]
      },
      {
        times: 1,
        pieces: [
          ["{", 1],
          ['"№":1,', 200_000],
          ["}", 1]
        ]
      },
      {
        times: 1,
        pieces: [
          ['{"a":"', 1],
          ['\\"', 1_000_000]
        ]
      }
    ],
    prepare: async (sentinel, text) => {
      await sentinel.tell("restore")
      await sentinel.tell("keep", text)
      return () => sentinel.tell("configuration")
    }
  },
  control("control document", "POST", "/control/faults", 64 * 1024, [
    Recipe.of('{"match":{"route":"token","nth":1},"action":{"type":"html"}}'),
    {
      times: 1,
      pieces: [
        ['{"action":', 1],
        ["[", 20_000]
      ]
    }
  ]),
  control("control state", "PUT", "/control/state", 2 * 1024 * 1024, [
    manySessions,
    {
      times: 1,
      pieces: [
        ['{"store":', 1],
        ["[", 200_000]
      ]
    }
  ]),
  control("control clock", "POST", "/control/clock", 64 * 1024, [
    Recipe.of('{"by":"1h"}'),
    {
      times: 1,
      pieces: [
        ['{"by":"', 1],
        ["1h", 20_000],
        ["x", 1],
        ['"}', 1]
      ]
    }
  ])
]
