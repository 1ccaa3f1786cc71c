/**
 * A refusal that a point would lift names that point, in the answer, or in the log where the answer
 * must not tell why. A new point does not compile before it has its place in this table.
 */
import { assert, describe, it } from "@effect/vitest"
import { ClientId } from "@le-auth/core/Identifiers"
import { DialectPoints, type SentinelDialect } from "@le-auth/sentinel/SentinelDialect"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import {
  account,
  answerOf,
  application,
  authorizePath,
  browser,
  callback,
  clientId,
  manyClientId,
  type Running,
  search,
  secret,
  serviceClientId,
  start,
  type StartOptions,
  tokenPath
} from "./Harness.ts"

type Answered = Effect.Effect<Response, never, Scope.Scope>

/** A request that is refused with `points`, and not with `lifted` over them. */
interface Refusal {
  readonly refused: Partial<SentinelDialect>
  readonly lifted: Partial<SentinelDialect>
  readonly ask: (sentinel: Running) => Answered
  /** Where a person reads the name. */
  readonly names: "answer" | "log"
}

/** Why no refusal of Sentinel is due to a point. */
type Decision = ReadonlyArray<Refusal> | string

const base = `/sentinel/api/account/${account}`
const credentials = { client_id: clientId, client_secret: secret }
const service = { grant_type: "client_credentials", client_id: serviceClientId, client_secret: secret }
const publicId = ClientId.make("77777777-7777-4777-8777-777777777777")
const badCode = { grant_type: "authorization_code", code: "unknown", ...credentials }

const post = (sentinel: Running, path: string, body: Readonly<Record<string, string>>, headers: HeadersInit = {}) =>
  sentinel.fetch(path, { method: "POST", body: new URLSearchParams(body), headers })
const authorize = (sentinel: Running, parameters: Readonly<Record<string, string>>) =>
  sentinel.fetch(authorizePath({ redirect_uri: callback, ...parameters }), { headers: { accept: "text/html" } })
const asking =
  (parameters: Readonly<Record<string, string>>): Refusal["ask"] =>
  (sentinel) =>
    authorize(sentinel, parameters)

const signIn = Effect.fnUntraced(function* (sentinel: Running, parameters: Readonly<Record<string, string>> = {}) {
  return answerOf(yield* browser(sentinel).signIn(authorizePath(parameters))).get("code") ?? ""
})
const tokensOf = Effect.fnUntraced(function* (sentinel: Running) {
  return (yield* application(sentinel).exchange(yield* signIn(sentinel))).json
})
const exchange = (sentinel: Running, code: string) =>
  post(sentinel, tokenPath(), { grant_type: "authorization_code", code, ...credentials })
const refresh = (sentinel: Running, refresh_token: string | undefined) =>
  post(sentinel, tokenPath(), { grant_type: "refresh_token", refresh_token: refresh_token ?? "", ...credentials })
const statusReasons = (sentinel: Running, token: string | undefined) =>
  sentinel.fetch(`/api/account/${account}/configuration/le-agents/status-reasons`, {
    headers: { authorization: `Bearer ${token}` }
  })

const at =
  (path: string, body: Readonly<Record<string, string>>): Refusal["ask"] =>
  (sentinel) =>
    post(sentinel, `${base}/${path}`, body)

const get =
  (path: string): Refusal["ask"] =>
  (sentinel) =>
    sentinel.fetch(path)

const discovered = (ask: Refusal["ask"]): Refusal => ({
  refused: {},
  lifted: { discovery: true },
  ask,
  names: "answer"
})
const ignored = (parameters: Readonly<Record<string, string>>, twice = ""): Refusal => ({
  refused: { discovery: true },
  lifted: { discovery: false },
  ask: (sentinel) => sentinel.fetch(authorizePath({ redirect_uri: callback, ...parameters }) + twice),
  names: "answer"
})

/** The tokens or the session are too old for `refused`, after five minutes. */
const tooOld = (
  point: "accessTokenLifetime" | "appTokenLifetime" | "codeLifetime" | "sessionIdleLifetime" | "sessionLifetime",
  get: (sentinel: Running) => Effect.Effect<string, never, Scope.Scope>,
  use: (sentinel: Running, it: string) => Answered
): Refusal => ({
  refused: {
    [point]: Duration.seconds(60),
    // A session cannot be idle for longer than it lives.
    ...(point === "sessionLifetime" && { sessionIdleLifetime: Duration.seconds(60) })
  },
  lifted: {
    [point]: Duration.minutes(10),
    ...(point === "sessionLifetime" && { sessionIdleLifetime: Duration.minutes(10) })
  },
  ask: Effect.fnUntraced(function* (sentinel) {
    const it = yield* get(sentinel)
    yield* TestClock.adjust("5 minutes")
    return yield* use(sentinel, it)
  }),
  names: "log"
})

const wayIn = "The answer has another form, and nothing is refused because of it."
const inTheHandsOfClients = "Only the application can find that out: Sentinel refuses nothing because of it."

const decisions: { readonly [P in keyof SentinelDialect]: Decision } = {
  issuer: inTheHandsOfClients,
  appTokenIssuer: inTheHandsOfClients,
  expiresIn: wayIn,
  appTokenExpiresIn: wayIn,
  appTokenV1ExpiresIn: wayIn,
  version: [
    { refused: { version: "required" }, lifted: { version: "known" }, ask: at("token", badCode), names: "answer" },
    { refused: {}, lifted: { version: "any" }, ask: at("token?v=3.0", badCode), names: "answer" },
    { refused: {}, lifted: { version: "any" }, ask: at("token?v=1.0?x=y", badCode), names: "answer" },
    {
      refused: {},
      lifted: { version: "any" },
      ask: at("token/revoke?v=3.0", { ...credentials, token: "x" }),
      names: "answer"
    },
    { refused: {}, lifted: { version: "any" }, ask: at("app/token?v=3.0", service), names: "answer" },
    { refused: {}, lifted: { version: "any" }, ask: asking({ v: "2.0" }), names: "answer" }
  ],
  tokenVersions: [
    {
      refused: { tokenVersions: ["1.0"] },
      lifted: { tokenVersions: ["1.0", "2.0"] },
      ask: at("token?v=2.0", badCode),
      names: "answer"
    },
    {
      refused: { tokenVersions: ["2.0"] },
      lifted: { tokenVersions: ["1.0"] },
      ask: at("token/revoke?v=1", { ...credentials, token: "x" }),
      names: "answer"
    }
  ],
  appTokenVersions: [
    {
      refused: { appTokenVersions: ["1.0"] },
      lifted: { appTokenVersions: ["2.0"] },
      ask: at("app/token?v=2.0", service),
      names: "answer"
    }
  ],
  bareVersion: [
    {
      refused: { bareVersion: false, version: "required" },
      lifted: { bareVersion: true },
      ask: at("token?v1.0", badCode),
      names: "answer"
    }
  ],
  usersVersion: [
    {
      refused: {},
      lifted: { usersVersion: "known" },
      ask: Effect.fnUntraced(function* (sentinel) {
        const { access_token } = yield* tokensOf(sentinel)
        return yield* sentinel.fetch(`/api/account/${account}/configuration/le-users/users/3552833710`, {
          headers: { authorization: `Bearer ${access_token}` }
        })
      }),
      names: "answer"
    }
  ],
  errorBody: wayIn,
  appTokenErrorBody: wayIn,
  tokenClientErrorStatus: wayIn,
  appTokenClientErrorStatus: wayIn,
  revokeClientErrorStatus: wayIn,
  badCodeError: wayIn,
  bearerRevocation: [
    {
      refused: { bearerRevocation: false },
      lifted: { bearerRevocation: true },
      ask: (sentinel) => post(sentinel, `${base}/token/revoke?v=1.0`, {}, { authorization: "Bearer x" }),
      names: "answer"
    }
  ],
  unknownTokenStatus: [
    {
      refused: { unknownTokenStatus: 400 },
      lifted: { unknownTokenStatus: 200 },
      ask: at("token/revoke?v=1.0", { ...credentials, token: "x" }),
      names: "log"
    }
  ],
  unknownServiceStatus: "The service stays unknown with either status.",
  appTokenSecretInQuery: [
    {
      refused: { appTokenSecretInQuery: false },
      lifted: { appTokenSecretInQuery: true },
      ask: at(`app/token?${search({ v: "1.0", ...service })}`, {}),
      names: "answer"
    }
  ],
  sameCredentialsTwice: [
    {
      refused: { sameCredentialsTwice: false },
      lifted: { sameCredentialsTwice: true },
      ask: (sentinel) =>
        post(sentinel, tokenPath(), badCode, { authorization: `Basic ${btoa(`${clientId}:${secret}`)}` }),
      names: "answer"
    }
  ],
  refreshTokens: [
    {
      refused: { refreshTokens: "rotate", refreshGrace: Duration.zero },
      lifted: { refreshTokens: "keep" },
      ask: Effect.fnUntraced(function* (sentinel) {
        const { refresh_token } = yield* tokensOf(sentinel)
        yield* refresh(sentinel, refresh_token)
        return yield* refresh(sentinel, refresh_token)
      }),
      names: "log"
    }
  ],
  refreshGrace: [
    {
      refused: { refreshTokens: "rotate", refreshGrace: Duration.zero },
      lifted: { refreshGrace: Duration.seconds(10) },
      ask: Effect.fnUntraced(function* (sentinel) {
        const { refresh_token } = yield* tokensOf(sentinel)
        yield* refresh(sentinel, refresh_token)
        return yield* refresh(sentinel, refresh_token)
      }),
      names: "log"
    }
  ],
  idTokenOnRefresh: wayIn,
  idTokenClock: inTheHandsOfClients,
  publishKeys: inTheHandsOfClients,
  anyPortOnLocalhost: [
    {
      refused: {},
      lifted: { anyPortOnLocalhost: true },
      ask: asking({ client_id: manyClientId, redirect_uri: "http://localhost:3001/cb" }),
      names: "answer"
    },
    {
      refused: { discovery: true },
      lifted: { anyPortOnLocalhost: true },
      ask: get(
        `${base}/end-session?${search({ client_id: manyClientId, post_logout_redirect_uri: "http://localhost:3001/bye" })}`
      ),
      names: "answer"
    }
  ],
  pkce: [
    {
      refused: {},
      lifted: { pkce: "supported" },
      ask: asking({
        client_id: publicId,
        code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        code_challenge_method: "S256"
      }),
      names: "answer"
    },
    {
      refused: {},
      lifted: { pkce: "supported" },
      ask: at("token?v=1.0", {
        grant_type: "authorization_code",
        code: "x",
        client_id: publicId,
        code_verifier: "x".repeat(43)
      }),
      names: "log"
    },
    { refused: { pkce: "required" }, lifted: { pkce: "supported" }, ask: asking({}), names: "answer" },
    ...[
      { code_challenge_method: "S256" },
      { code_challenge: "x".repeat(43), code_challenge_method: "plain" },
      { code_challenge: "x".repeat(42), code_challenge_method: "S256" }
    ].map((parameters): Refusal => ({
      refused: { pkce: "supported" },
      lifted: { pkce: "ignored" },
      ask: asking(parameters),
      names: "answer"
    })),
    {
      refused: { pkce: "supported" },
      lifted: { pkce: "ignored" },
      ask: (sentinel) => sentinel.fetch(`${authorizePath({ code_challenge: "a" })}&code_challenge=b`),
      names: "answer"
    },
    {
      refused: { pkce: "supported" },
      lifted: { pkce: "ignored" },
      ask: Effect.fnUntraced(function* (sentinel) {
        const challenge = {
          code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
          code_challenge_method: "S256"
        }
        return yield* exchange(sentinel, yield* signIn(sentinel, challenge))
      }),
      names: "log"
    }
  ],
  issuerInAnswers: wayIn,
  discovery: [
    discovered(get(`/.well-known/oauth-authorization-server${base}`)),
    discovered(get(`/.well-known/openid-configuration${base}`)),
    discovered(get(`${base}/.well-known/openid-configuration`)),
    discovered(get(`${base}/end-session?state=x`)),
    discovered(
      Effect.fnUntraced(function* (sentinel) {
        const { access_token } = yield* tokensOf(sentinel)
        return yield* sentinel.fetch(`${base}/userinfo`, { headers: { authorization: `Bearer ${access_token}` } })
      })
    ),
    discovered((sentinel) =>
      post(sentinel, `${base}/authorize?v=1.0`, { response_type: "code", client_id: clientId, redirect_uri: callback })
    ),
    ignored({ request: "x" }),
    ignored({ request_uri: "https://app.example/r" }),
    ignored({ response_mode: "form_post" }),
    ignored({ prompt: "create" }),
    ignored({ max_age: "soon" }),
    ignored({ nonce: "x".repeat(3000) }),
    ignored({ nonce: "a" }, "&nonce=b")
  ],
  openerPolicy: inTheHandsOfClients,
  codeLifetime: [tooOld("codeLifetime", signIn, exchange)],
  accessTokenLifetime: [
    tooOld(
      "accessTokenLifetime",
      (sentinel) => Effect.map(tokensOf(sentinel), ({ access_token }) => access_token ?? ""),
      statusReasons
    )
  ],
  appTokenLifetime: [
    tooOld(
      "appTokenLifetime",
      (sentinel) =>
        Effect.flatMap(at("app/token?v=1.0", service)(sentinel), (response) =>
          Effect.promise(() => response.json().then(({ access_token }) => access_token))
        ),
      statusReasons
    )
  ],
  idTokenLifetime: inTheHandsOfClients,
  loginLifetime: [
    {
      refused: { loginLifetime: Duration.seconds(60) },
      lifted: { loginLifetime: Duration.minutes(10) },
      ask: Effect.fnUntraced(function* (sentinel) {
        const user = browser(sentinel)
        const page = yield* user.open(authorizePath())
        yield* TestClock.adjust("5 minutes")
        return yield* user.send(page.location)
      }),
      names: "log"
    }
  ],
  sessionIdleLifetime: [
    tooOld(
      "sessionIdleLifetime",
      (sentinel) => Effect.map(tokensOf(sentinel), ({ refresh_token }) => refresh_token ?? ""),
      refresh
    )
  ],
  sessionLifetime: [
    tooOld(
      "sessionLifetime",
      (sentinel) => Effect.map(tokensOf(sentinel), ({ refresh_token }) => refresh_token ?? ""),
      refresh
    )
  ]
}

/** A directory of one's own can have an application without a secret; a configuration without PKCE cannot. */
const withPublic: NonNullable<StartOptions["directory"]> = (directory) => ({
  ...directory,
  installation: (accountId, id) =>
    Effect.map(
      directory.installation(accountId, id === publicId ? clientId : id),
      Option.map((found) => {
        if (id !== publicId) return found
        return { ...found, clientId: publicId, secretHash: undefined }
      })
    )
})

/** All that a person can read of an answer, and of the log of its Sentinel. */
const ask = Effect.fnUntraced(function* ({ ask }: Refusal, points: Partial<SentinelDialect>) {
  const sentinel = yield* start({ points, directory: withPublic })
  const response = yield* ask(sentinel)
  const body = yield* Effect.promise(() => response.text())
  const sent = response.status < 400 ? answerOf(response).get("error_description") : null
  const refusals = sentinel.lines.filter((line) => !line.includes("a departure from an RFC was let through"))
  return { answer: sent ?? (response.status < 400 ? "" : body), log: refusals.join("\n") }
})

describe("points are named", () => {
  it("decides for each point", () => {
    assert.sameMembers(Object.keys(decisions), Object.keys(DialectPoints.fields))
  })

  const cases = Object.entries(decisions).flatMap(([point, decision]) =>
    typeof decision === "string"
      ? []
      : decision.map((refusal, index) => [`${point} ${index + 1}`, point, refusal] as const)
  )
  it.effect.each(cases)("%s: a refusal that it would lift names it, and it lifts it", ([, point, refusal]) =>
    Effect.gen(function* () {
      const { refused, lifted, names } = refusal
      assert.include((yield* ask(refusal, refused))[names], point)
      assert.notInclude((yield* ask(refusal, { ...refused, ...lifted }))[names], point)
    }).pipe(Effect.scoped)
  )
})
