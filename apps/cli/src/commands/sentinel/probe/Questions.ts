/**
 * The questions of the probe, in the order in which they are asked: what each asks, and the request that it sends.
 * `Points.ts` says which point they settle, and how the answers are read.
 *
 * None does harm: what they send in place of a code, a token or a secret is made up and says so, none changes or ends
 * anything, and at most {@link mostWrongSecrets} of them count as a wrong secret.
 */
import type { AppInstallation } from "@le-auth/core/AppInstallations"
import type { Origin } from "@le-auth/core/Origin"
import * as SentinelApi from "@le-auth/core/SentinelApi"
import type * as Transport from "@le-auth/core/Transport"
import * as Paths from "@le-auth/sentinel/Paths"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { type Answers, areAlike, header } from "./Answer.ts"

/** The account that is probed, and what may be sent to it. */
export interface Setting {
  readonly sentinel: string
  readonly domainApi: Origin
  /** The host of the Users API, if the account has one. */
  readonly users: string | undefined
  readonly installation: AppInstallation
  /** The installation that has the grant type `client_credentials`; the same one, except at the local Sentinel. */
  readonly appInstallation: AppInstallation
  readonly mayRevoke: boolean
  /** Whether a user has signed in for the probe. */
  readonly hasSignIn: boolean
  /** Whether a request may go to this address: that of another host of LivePerson's, or of this computer. */
  readonly allows: (address: URL) => boolean
}

export interface Question {
  readonly asks: string
  /** It sends a made-up secret, or sends the real one and shows whether that is a wrong one. */
  readonly mayBeWrongSecret?: true
  /** The request, or why it is not asked. */
  readonly request: (at: Setting, answers: Answers) => Result.Result<Transport.Request, string>
  /** What is shown of a request that depends on an answer, when nothing is sent. */
  readonly shown?: string
}

/** Whatever a server keeps of these, they open nothing. */
export const madeUp = {
  secret: "made-up-secret-of-le-auth-probe",
  token: "made-up-token-of-le-auth-probe",
  code: "made-up-code-of-le-auth-probe",
  grant: "made-up-grant-of-le-auth-probe",
  state: "le-auth-probe",
  service: "leAuthProbe",
  /** That of RFC 7636 appendix B. */
  challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
}

type Parameters = Readonly<Record<string, string | undefined>>

const encoded = (parameters: Parameters): string =>
  new URLSearchParams(
    Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined)
  ).toString()

const get = (url: string, headers: Readonly<Record<string, string>> = {}): Transport.Request => ({
  method: "GET",
  url,
  headers: { accept: "application/json, text/html;q=0.9", ...headers }
})

const post = (
  url: string,
  form: Parameters | undefined,
  headers: Readonly<Record<string, string>> = {}
): Transport.Request => ({
  method: "POST",
  url,
  headers: {
    accept: "application/json",
    ...(form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded;charset=UTF-8" }),
    ...headers
  },
  ...(form === undefined ? {} : { body: encoded(form) })
})

const at = (path: string, { accountId }: AppInstallation): string => path.replace(":accountId", accountId)

const credentials = ({ clientId, clientSecret }: AppInstallation) => ({
  client_id: clientId,
  client_secret: Redacted.value(clientSecret)
})

const wrongCredentials = ({ clientId }: AppInstallation) => ({ client_id: clientId, client_secret: madeUp.secret })

const madeUpRefresh = { grant_type: "refresh_token", refresh_token: madeUp.token }

/** The version that an endpoint takes, as far as it is known. */
const takenOf =
  (one: string, other: string) =>
  (answers: Answers): "1.0" | "2.0" => {
    const [first, second] = [answers.any(one), answers.any(other)].map(Result.getOrUndefined)
    const isRefused = first?.error === "invalid_request" && second !== undefined && second.error !== "invalid_request"
    return isRefused ? "2.0" : "1.0"
  }
const versionOf = takenOf("token-v1", "token-v2")
const appVersionOf = takenOf("app-token-v1", "app-token-v2")

/** Whether Sentinel takes the secret of the settings for a wrong one; or answers as if, so that it may. */
export const isRefused = (answers: Answers): boolean => {
  if (Result.getOrUndefined(answers.any("app-token"))?.status === 200) return false
  const right = Result.getOrUndefined(answers.any(versionOf(answers) === "1.0" ? "token-v1" : "token-v2"))
  const wrong = Result.getOrUndefined(answers.any("wrong-secret"))
  if (right === undefined) return false
  return right.error === "invalid_client" || right.status === 401 || (wrong !== undefined && areAlike(right, wrong))
}

const notAccepted = "Sentinel does not accept the client id and secret of the settings."

/** Once the settings may be wrong, to send them again could block the application. */
const whereAccepted = <A>(answers: Answers, request: () => A): Result.Result<A, string> =>
  isRefused(answers) ? Result.fail(notAccepted) : Result.succeed(request())

const token = (setting: Setting, query: string): string =>
  `${setting.sentinel}${at(SentinelApi.token.path, setting.installation)}${query}`

/** A refresh with a made-up refresh token and the right secret: refused, but only after the version was looked at. */
const refreshWith =
  (query: string): Question["request"] =>
  (setting, answers) =>
    whereAccepted(answers, () =>
      post(token(setting, query), { ...madeUpRefresh, ...credentials(setting.installation) })
    )

/** A grant that does not exist, with the right secret: refused, but only after the version was looked at. */
const appTokenWith =
  (query: string, grant_type = madeUp.grant): Question["request"] =>
  ({ appInstallation, sentinel }, answers) => {
    const given = Result.getOrUndefined(answers.any("app-token"))
    if (given?.error === "invalid_client" || given?.status === 401) return Result.fail(notAccepted)
    return whereAccepted(answers, () =>
      post(`${sentinel}${at(SentinelApi.appToken.path, appInstallation)}${query}`, {
        grant_type,
        ...credentials(appInstallation)
      })
    )
  }

/** The first step of a sign-in, without a browser: no user signs in, and Sentinel has nothing to keep of it. */
const authorize =
  (changes: Parameters, query = "v=1.0"): Question["request"] =>
  ({ installation, sentinel }) => {
    const [redirectUri] = installation.redirectUris
    if (redirectUri === undefined) return Result.fail("The settings have no redirect URI, so no user signs in.")
    const parameters = encoded({
      response_type: "code",
      client_id: installation.clientId,
      redirect_uri: redirectUri,
      state: madeUp.state,
      code_challenge: madeUp.challenge,
      code_challenge_method: "S256",
      ...changes
    })
    return Result.succeed(get(`${sentinel}${at(SentinelApi.authorize.path, installation)}?${query}&${parameters}`))
  }

const metadata =
  (path: string): Question["request"] =>
  ({ installation, sentinel }) =>
    Result.succeed(get(`${sentinel}${at(path, installation)}`))

const notAllowed = "Nothing is sent to the revocation endpoint without --allow-revoke."

const revoking =
  (form: (setting: Setting) => Parameters): Question["request"] =>
  (setting, answers) =>
    setting.mayRevoke
      ? whereAccepted(answers, () =>
          post(
            `${setting.sentinel}${at(SentinelApi.revoke.path, setting.installation)}?v=${versionOf(answers)}`,
            form(setting)
          )
        )
      : Result.fail(notAllowed)

const cookiesOf = (values: string | ReadonlyArray<string> | undefined): string =>
  (typeof values === "string" ? values.split(/,(?=[^;,=\s]+=)/) : (values ?? []))
    .map((line) => line.split(";", 1)[0]!.trim())
    .join("; ")

/** Where a browser would go on, if nothing secret can get to a stranger by that. */
const loginPage: Question["request"] = ({ allows, installation, sentinel }, answers) =>
  Result.flatMap(answers.of("authorize"), (answer) => {
    const location = header(answer, "location")
    const address = location === undefined ? null : URL.parse(location, sentinel)
    if (address === null || answer.status >= 400) return Result.fail("Sentinel did not lead to a login page.")
    const isOwn = address.origin === sentinel
    const [redirectUri = ""] = installation.redirectUris
    if (address.href.startsWith(redirectUri)) return Result.fail("Sentinel did not lead to a login page.")
    if (!isOwn && !allows(address)) return Result.fail("The login page is on a host that is not LivePerson's.")
    const cookie = isOwn ? cookiesOf(answer.headers["set-cookie"]) : ""
    return Result.succeed(get(address.href, { accept: "text/html", ...(cookie === "" ? {} : { cookie }) }))
  })

const localhost = /^(http:\/\/localhost)(?::(\d{1,5}))?(?=[/?]|$)/

/** The redirect URI of the settings on another port. */
const otherPort: Question["request"] = (setting, answers) => {
  const [redirectUri = ""] = setting.installation.redirectUris
  const found = localhost.exec(redirectUri)
  if (found === null) return Result.fail("The redirect URI of the settings does not begin with http://localhost.")
  const port = found[2] === "4399" ? "4398" : "4399"
  return authorize({ redirect_uri: redirectUri.replace(localhost, `$1:${port}`) })(setting, answers)
}

const noSignIn = "It needs tokens of a user: sign in with le-auth login, or add --sign-in."
const noOwnSignIn = "It needs a sign-in of the probe's own: add --sign-in."

const refreshTokenOf = (answers: Answers, question: string): Result.Result<string, string> =>
  Result.flatMap(answers.of(question), ({ members: { refresh_token } }) =>
    typeof refresh_token === "string"
      ? Result.succeed(refresh_token)
      : Result.fail("There is no refresh token: the installation may not have that grant type.")
  )

const refreshing = (setting: Setting, answers: Answers): Result.Result<Transport.Request, string> =>
  setting.hasSignIn
    ? Result.map(refreshTokenOf(answers, "exchange"), (refresh_token) =>
        post(token(setting, "?v=1.0"), {
          grant_type: "refresh_token",
          refresh_token,
          ...credentials(setting.installation)
        })
      )
    : Result.fail(noSignIn)

const domainApi =
  (service: string): Question["request"] =>
  ({ domainApi, installation }) =>
    Result.succeed(
      get(`${domainApi}/api/account/${installation.accountId}/service/${service}/baseURI.json?version=1.0`)
    )

/** A record of the Users API: that of the user, or for the application the ids alone. */
const users =
  (query: string): Question["request"] =>
  ({ installation, users }, answers) => {
    const asked = (path: string, token: unknown, select: string) =>
      users === undefined || typeof token !== "string"
        ? Result.fail("It needs a token that the Users API takes.")
        : Result.succeed(
            get(`${users}${at(path, installation)}?${[query, select].filter(Boolean).join("&")}`, {
              authorization: `Bearer ${token}`
            })
          )
    const ofUser = Result.getOrUndefined(answers.any("refresh")) ?? Result.getOrUndefined(answers.any("exchange"))
    const { user } = answers
    if (user !== undefined && ofUser !== undefined) {
      return asked(Paths.user.replace(":userId", encodeURIComponent(user)), ofUser.members["access_token"], "")
    }
    return Result.flatMap(answers.of("app-token"), ({ members }) =>
      asked(Paths.users, members["access_token"], "select=id")
    )
  }
const ofUsers = "GET the record of the user, or with an app token the ids of users, from the Users API"

/** `satisfies` keeps the names. */
const table = {
  "unknown-service": {
    asks: "What does the Domain API answer to a service that does not exist?",
    request: domainApi(madeUp.service)
  },
  "metadata-oauth": {
    asks: "Is there metadata of RFC 8414?",
    request: metadata(`/.well-known/oauth-authorization-server/sentinel/api/account/:accountId`)
  },
  "metadata-openid": {
    asks: "Is there metadata of OpenID Connect, at the path of the issuer?",
    request: metadata(`${SentinelApi.authorize.path.replace("/authorize", "")}/.well-known/openid-configuration`)
  },
  keys: {
    asks: "Which keys are published?",
    request: ({ sentinel }) => Result.succeed(get(`${sentinel}${SentinelApi.keys.path}`))
  },
  authorize: { asks: "Where does a sign-in begin?", request: authorize({}) },
  "login-page": {
    asks: "Which opener policy has the login page?",
    request: loginPage,
    shown: "GET the page that Sentinel leads a browser to"
  },
  "authorize-plain": {
    asks: "Is a wrong method of PKCE refused?",
    request: authorize({ code_challenge_method: "plain" })
  },
  "authorize-without-pkce": {
    asks: "Does a sign-in without PKCE begin?",
    request: authorize({ code_challenge: undefined, code_challenge_method: undefined })
  },
  "authorize-response-type": {
    asks: "How does an error get back to the application?",
    request: authorize({ response_type: "made-up" })
  },
  "authorize-v2": { asks: "Does authorize take another v?", request: authorize({}, "v=2.0") },
  "authorize-bare-v2": { asks: "Does authorize read a v without =?", request: authorize({}, "v2.0") },
  "authorize-other-port": {
    asks: "Is another port of localhost taken?",
    request: otherPort
  },
  "app-token": {
    asks: "What does an app token look like?",
    mayBeWrongSecret: true,
    request: ({ appInstallation, sentinel }) =>
      Result.succeed(
        post(`${sentinel}${at(SentinelApi.appTokenV2.path, appInstallation)}`, {
          grant_type: "client_credentials",
          ...credentials(appInstallation)
        })
      )
  },
  "token-v1": {
    asks: "What is answered to a made-up refresh token?",
    mayBeWrongSecret: true,
    request: refreshWith("?v=1.0")
  },
  "token-v2": {
    asks: "Does the token endpoint take v=2.0?",
    mayBeWrongSecret: true,
    request: refreshWith("?v=2.0")
  },
  "wrong-secret": {
    asks: "What is answered to a wrong secret?",
    mayBeWrongSecret: true,
    request: (setting, answers) =>
      Result.succeed(
        post(token(setting, `?v=${versionOf(answers)}`), {
          ...madeUpRefresh,
          ...wrongCredentials(setting.installation)
        })
      )
  },
  "token-v-unknown": { asks: "Does it take a v that does not exist?", request: refreshWith("?v=9.9") },
  "token-v-missing": { asks: "May v be missing?", request: refreshWith("") },
  "token-v-bare": {
    asks: "Is v read without =?",
    request: (setting, answers) => refreshWith(`?v${versionOf(answers)}`)(setting, answers)
  },
  "made-up-code": {
    asks: "What is answered to a made-up code?",
    request: (setting, answers) =>
      whereAccepted(answers, () =>
        post(token(setting, `?v=${versionOf(answers)}`), {
          grant_type: "authorization_code",
          code: madeUp.code,
          redirect_uri: setting.installation.redirectUris[0],
          ...credentials(setting.installation)
        })
      )
  },
  "credentials-twice": {
    asks: "May the same id and secret come twice, with HTTP Basic and in the body?",
    request: (setting, answers) =>
      whereAccepted(answers, () => {
        const { client_id, client_secret } = credentials(setting.installation)
        const pair = [client_id, client_secret].map(encodeURIComponent).join(":")
        return post(
          token(setting, `?v=${versionOf(answers)}`),
          { ...madeUpRefresh, client_id, client_secret },
          { authorization: `Basic ${Buffer.from(pair).toString("base64")}` }
        )
      })
  },
  "app-token-wrong-secret": {
    asks: "What is answered to a wrong secret for an app token?",
    mayBeWrongSecret: true,
    request: ({ appInstallation, sentinel }) =>
      Result.succeed(
        post(`${sentinel}${at(SentinelApi.appTokenV2.path, appInstallation)}`, {
          grant_type: "client_credentials",
          ...wrongCredentials(appInstallation)
        })
      )
  },
  "app-token-v1": {
    asks: "Does the first endpoint of app tokens take v=1.0?",
    request: appTokenWith("?v=1.0")
  },
  "app-token-v2": { asks: "Does it take v=2.0?", request: appTokenWith("?v=2.0") },
  "app-token-v-unknown": { asks: "Does it take a v that does not exist?", request: appTokenWith("?v=9.9") },
  "app-token-first": {
    asks: "What does the first endpoint of app tokens give?",
    request: (setting, answers) => {
      const query = `?v=${appVersionOf(answers)}`
      return appTokenWith(query, "client_credentials")(setting, answers)
    }
  },
  "app-token-in-query": {
    asks: "Is a secret in the query looked at? It is a made-up one, since logs keep queries.",
    mayBeWrongSecret: true,
    request: (setting, answers) => {
      const query = encoded({
        v: appVersionOf(answers),
        grant_type: "client_credentials",
        ...wrongCredentials(setting.appInstallation)
      })
      const path = at(SentinelApi.appToken.path, setting.appInstallation)
      return Result.succeed(post(`${setting.sentinel}${path}?${query}`, undefined))
    }
  },
  "revoke-wrong-secret": {
    asks: "What does revocation answer to a wrong secret?",
    mayBeWrongSecret: true,
    request: revoking(({ installation }) => ({ token: madeUp.token, ...wrongCredentials(installation) }))
  },
  "revoke-made-up": {
    asks: "What does revocation answer to a made-up token?",
    request: revoking(({ installation }) => ({ token: madeUp.token, ...credentials(installation) }))
  },
  "revoke-bearer": {
    asks: "Is a made-up access token in the header looked at by revocation, where nothing else is sent?",
    request: ({ installation, mayRevoke, sentinel }, answers) => {
      if (!mayRevoke) return Result.fail(notAllowed)
      const url = `${sentinel}${at(SentinelApi.revoke.path, installation)}?v=${versionOf(answers)}`
      return Result.succeed(post(url, {}, { authorization: `Bearer ${madeUp.token}` }))
    }
  },
  exchange: {
    asks: "Which tokens does a sign-in bring?",
    request: () => Result.fail(noOwnSignIn),
    shown: "POST the code of the sign-in, once, to the token endpoint"
  },
  refresh: {
    asks: "Which tokens does a refresh bring?",
    request: refreshing,
    shown: "POST the refresh token of the sign-in, or of the session of le-auth, to the token endpoint"
  },
  "refresh-again": {
    asks: "Does the old refresh token still work? If not, this can end the probe's own sign-in.",
    request: (setting, answers) => {
      if (!setting.hasSignIn) return Result.fail(noOwnSignIn)
      if (!setting.mayRevoke) return Result.fail("An old refresh token can end the sign-in: add --allow-revoke.")
      return refreshing(setting, answers)
    },
    shown: "POST the first refresh token of the sign-in once more, with --sign-in and --allow-revoke only"
  },
  "users-v6": {
    asks: "Does the Users API take the token?",
    request: users("v=6.0"),
    shown: `${ofUsers}, with v=6.0`
  },
  "users-v-missing": { asks: "May v be missing there?", request: users(""), shown: `${ofUsers}, without v` },
  "users-v-unknown": {
    asks: "Does it take a v that does not exist?",
    request: users("v=99.0"),
    shown: `${ofUsers}, with v=99.0`
  }
} satisfies Record<string, Question>

export type QuestionName = keyof typeof table

export const questions: Readonly<Record<QuestionName, Question>> = table

export const names = Object.keys(table) as ReadonlyArray<QuestionName>

/** Those that need the tokens of a user; `SignedIn.ts` asks them. */
export const ofSignIn: ReadonlySet<QuestionName> = new Set(["exchange", "refresh", "refresh-again"])

/** The number of requests that count as a wrong secret, at most: made-up ones, and those of wrong settings. */
export const mostWrongSecrets = names.filter((name) => questions[name].mayBeWrongSecret === true).length
