/**
 * Each point of the dialect: the questions that settle it, and how their answers are read; or why it cannot be seen.
 * A new point does not compile before it has one of both.
 */
import * as AppJwt from "@le-auth/core/AppJwt"
import * as IdToken from "@le-auth/core/IdToken"
import { DurationText } from "@le-auth/core/Settings"
import type * as SentinelDialect from "@le-auth/sentinel/SentinelDialect"
import * as Duration from "effect/Duration"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type Answer, type Answers, areAlike, header } from "./Answer.ts"
import type { QuestionName, Setting } from "./Questions.ts"

type Points = typeof SentinelDialect.DialectPoints.Encoded

export type PointName = keyof Points

/** The value of a point, or why it is not known. */
type Read<A> = Result.Result<A, string>

export interface Visible<A> {
  readonly _tag: "Visible"
  readonly questions: ReadonlyArray<QuestionName>
  readonly read: (answers: Answers, setting: Setting) => Read<A>
}

export interface Hidden {
  readonly _tag: "Hidden"
  readonly why: string
}

const hidden = (why: string): Hidden => ({ _tag: "Hidden", why })

/** A point that one question settles. */
const one = <A>(question: QuestionName, read: (answer: Answer, setting: Setting) => Read<A>): Visible<A> => ({
  _tag: "Visible",
  questions: [question],
  read: (answers, setting) => Result.flatMap(answers.of(question), (answer) => read(answer, setting))
})

type AnswersTo<Q extends ReadonlyArray<QuestionName>> = { readonly [I in keyof Q]: Answer }

/** A point that several questions settle together: all of them must have an answer. */
const all = <A, const Q extends ReadonlyArray<QuestionName>>(
  questions: Q,
  read: (answers: AnswersTo<Q>, setting: Setting) => Read<A>
): Visible<A> => ({
  _tag: "Visible",
  questions,
  read: (answers, setting) =>
    Result.flatMap(Result.all(questions.map((question) => answers.of(question))), (found) =>
      read(found as unknown as AnswersTo<Q>, setting)
    )
})

const unlike = Result.fail("The answer is none that Sentinel could give.")

/** The status, if it is one of those. */
const statusOf =
  <const S extends number>(...statuses: ReadonlyArray<S>) =>
  ({ status }: Answer): Read<S> => {
    const found = statuses.find((known) => known === status)
    return found === undefined
      ? Result.fail(`The status is ${status}, which the point does not have.`)
      : Result.succeed(found)
  }

const refused = (answer: Answer): Read<Answer> =>
  answer.status >= 400 ? Result.succeed(answer) : Result.fail("It was not refused.")

const errorBody = (answer: Answer): Read<"oauth" | "liveperson" | "html"> =>
  Result.flatMap(refused(answer), ({ form }) =>
    form === "oauth" || form === "liveperson" || form === "html" ? Result.succeed(form) : unlike
  )

const tokens = ({ members, status }: Answer): Read<Answer["members"]> =>
  status === 200 && Predicate.isString(members["access_token"])
    ? Result.succeed(members)
    : Result.fail(`There are no tokens: the answer was HTTP ${status}.`)

const noGrant = "The application gets no app token: its installation may not have the grant type client_credentials."

const appToken = (answer: Answer) => Result.mapError(tokens(answer), () => noGrant)

const formOf = ({ expires_in: value }: Answer["members"]): Read<"number" | "string" | "absent"> => {
  if (value === undefined) return Result.succeed("absent")
  if (Predicate.isNumber(value)) return Result.succeed("number")
  return Predicate.isString(value) ? Result.succeed("string") : unlike
}

const writeDuration = Schema.encodeSync(DurationText)

const lifetime = (seconds: number): Read<string> =>
  Number.isSafeInteger(seconds) && seconds > 0
    ? Result.succeed(writeDuration(Duration.seconds(seconds)))
    : Result.fail("The times in it are none that can be read.")

/** What a token says of itself. Nothing is verified: the probe describes what came, and trusts none of it. */
interface Claims {
  readonly iss: string
  readonly exp: number
  readonly iat: number
}

const lifetimeIn = ({ exp, iat }: Claims): Read<string> => lifetime(exp - iat)

const issuerIn = ({ iss }: Claims): Read<string> => Result.succeed(iss)

/** What Sentinel does with an authorization request. */
type Begun = { readonly _tag: "GoesOn" } | { readonly _tag: "Shown" } | { readonly _tag: "SentBack"; readonly to: URL }

const begun = (answer: Answer, { installation, sentinel }: Setting): Read<Begun> => {
  const location = header(answer, "location")
  if (answer.status >= 400) return Result.succeed({ _tag: "Shown" })
  const to = location === undefined ? null : URL.parse(location, sentinel)
  if (answer.status < 300 || to === null) return unlike
  const [redirectUri] = installation.redirectUris
  const isBack = redirectUri !== undefined && to.href.startsWith(new URL(redirectUri).href)
  return Result.succeed(isBack && to.searchParams.has("error") ? { _tag: "SentBack", to } : { _tag: "GoesOn" })
}

/** Whether requests go on, of several authorization requests, the first of which is one that should. */
const whichGoOn = (answers: ReadonlyArray<Answer>, setting: Setting): Read<ReadonlyArray<boolean>> =>
  Result.flatMap(Result.all(answers.map((answer) => begun(answer, setting))), ([usual, ...others]) =>
    usual?._tag === "GoesOn"
      ? Result.succeed(others.map(({ _tag }) => _tag === "GoesOn"))
      : Result.fail("Sentinel does not begin a sign-in of the application, so nothing can be compared.")
  )

const versions = ["token-v1", "token-v2", "token-v-missing", "token-v-unknown"] as const

/** Which requests pass the check of their version: those that are not answered as an unknown version is. */
const versionsTaken = (
  answers: readonly [first: Answer, second: Answer, missing: Answer, unknown: Answer]
): Read<"all" | { readonly first: boolean; readonly second: boolean; readonly missing: boolean }> => {
  const [first, second, missing, unknown] = answers
  if (unknown.status < 400) return unlike
  const passes = (answer: Answer) => !areAlike(answer, unknown)
  // Their words differ where it is missing, and where it is unknown.
  const isMissing = passes(missing) && !(missing.error === "invalid_request" && unknown.error === "invalid_request")
  const taken = { first: passes(first), second: passes(second), missing: isMissing }
  if (taken.first || taken.second) return Result.succeed(taken)
  return unknown.error === undefined || unknown.error === "invalid_request"
    ? Result.fail("All answers are alike, and do not say what was refused.")
    : Result.succeed("all")
}

const notLookedAt = "v is not looked at."

const isMetadata = ({ members, status }: Answer): boolean => status === 200 && Predicate.isString(members["issuer"])

const keyIdsOf = ({ members, status }: Answer): Read<ReadonlyArray<unknown>> => {
  const { keys } = members
  return status === 200 && Array.isArray(keys)
    ? Result.succeed(keys.map((key: unknown) => (Predicate.hasProperty(key, "kid") ? key.kid : undefined)))
    : Result.fail("The key set cannot be read.")
}

/** The id_token of a sign-in. */
const idToken = (answer: Answer): Read<Redacted.Redacted<string>> =>
  Result.flatMap(tokens(answer), ({ id_token }) =>
    Predicate.isString(id_token) && id_token !== ""
      ? Result.succeed(Redacted.make(id_token))
      : Result.fail("The sign-in brought no id_token.")
  )

const unreadable = () => "The token cannot be read, so it says nothing of itself."

const appClaims = (answer: Answer): Read<Claims> =>
  Result.flatMap(appToken(answer), ({ access_token }) =>
    Result.mapError(AppJwt.decodeUnverified(Redacted.make(String(access_token))), unreadable)
  )

/** What is known of the id_token of a sign-in, or of a session that le-auth keeps. */
const ofIdToken = (question: QuestionName, read: (claims: Claims) => Read<string>): Visible<string> => ({
  _tag: "Visible",
  questions: [question],
  read: (answers) => {
    const { kept } = answers
    if (Result.isFailure(answers.any(question)) && kept !== undefined) return read(kept)
    return Result.gen(function* () {
      const token = yield* Result.flatMap(answers.of(question), idToken)
      return yield* read(yield* Result.mapError(IdToken.decodeUnverified(token), unreadable))
    })
  }
})

/** The answer with the tokens of a user: that of the sign-in or, of a session that le-auth keeps, of its refresh. */
const ofUserTokens = <A>(read: (members: Answer["members"]) => Read<A>): Visible<A> => ({
  _tag: "Visible",
  questions: ["exchange", "refresh"],
  read: (answers) => {
    const answer = Result.isSuccess(answers.any("exchange")) ? answers.of("exchange") : answers.of("refresh")
    return Result.flatMap(Result.flatMap(answer, tokens), read)
  }
})

/** What became of the refresh token. */
const refreshTokens: Visible<Points["refreshTokens"]> = {
  _tag: "Visible",
  questions: ["refresh", "refresh-again"],
  read: (answers) =>
    Result.gen(function* () {
      const { refresh_token: next } = yield* Result.flatMap(answers.of("refresh"), tokens)
      if (next === undefined || next === answers.presented) return "same"
      const again = yield* Result.mapError(
        answers.of("refresh-again"),
        (why) => `A refresh brings a new refresh token, so it is keep or rotate. ${why}`
      )
      if (again.status !== 200) return yield* Result.map(refused(again), () => "rotate" as const)
      // Within a time of grace, the answer comes again as it was.
      return again.members["refresh_token"] === next ? "rotate" : "keep"
    })
}

export const points: { readonly [P in PointName]: Visible<Points[P]> | Hidden } = {
  issuer: ofIdToken("exchange", issuerIn),
  appTokenIssuer: one("app-token", (answer) => Result.flatMap(appClaims(answer), issuerIn)),
  expiresIn: ofUserTokens(formOf),
  appTokenExpiresIn: one("app-token", (answer) => Result.flatMap(appToken(answer), formOf)),
  appTokenV1ExpiresIn: one("app-token-first", (answer) => Result.flatMap(appToken(answer), formOf)),
  version: all(versions, (answers) =>
    Result.map(versionsTaken(answers), (taken) => (taken === "all" ? "any" : taken.missing ? "known" : "required"))
  ),
  tokenVersions: all(versions, (answers) =>
    Result.flatMap(versionsTaken(answers), (taken): Read<Points["tokenVersions"]> => {
      if (taken === "all") return Result.fail(notLookedAt)
      if (taken.first) return Result.succeed(taken.second ? ["1.0", "2.0"] : ["1.0"])
      return Result.succeed(["2.0"])
    })
  ),
  appTokenVersions: all(["app-token-v1", "app-token-v2", "app-token-v-unknown"], (answers) => {
    const [first, second, unknown] = answers
    const isWrong = (answer: Answer) => areAlike(answer, unknown)
    if (isWrong(first) && isWrong(second)) return Result.fail("All answers are alike: v may not be looked at.")
    return Result.succeed(isWrong(first) ? ["2.0"] : isWrong(second) ? ["1.0"] : ["1.0", "2.0"])
  }),
  bareVersion: {
    _tag: "Visible",
    questions: [...versions, "token-v-bare", "authorize", "authorize-v2", "authorize-bare-v2"],
    read: (answers, setting) =>
      Result.gen(function* () {
        const [first, second, missing, unknown] = yield* Result.all([
          answers.of("token-v1"),
          answers.of("token-v2"),
          answers.of("token-v-missing"),
          answers.of("token-v-unknown")
        ] as const)
        const taken = yield* versionsTaken([first, second, missing, unknown])
        if (taken === "all") return yield* Result.fail(notLookedAt)
        // Where v must be there, a bare one passes only if it is read.
        if (!taken.missing) return !areAlike(yield* answers.of("token-v-bare"), missing)
        // Where it may be missing, a wrong bare one is refused only if it is read.
        const asked = yield* Result.all([
          answers.of("authorize"),
          answers.of("authorize-v2"),
          answers.of("authorize-bare-v2")
        ] as const)
        const [isWrongTaken, isBareTaken] = yield* whichGoOn(asked, setting)
        return isWrongTaken === true ? yield* Result.fail("authorize does not look at v.") : isBareTaken !== true
      })
  },
  usersVersion: all(["users-v6", "users-v-missing", "users-v-unknown"], ([usual, missing, unknown]) => {
    if (usual.status !== 200)
      return Result.fail("The Users API does not take the token: an app token needs a scope for it.")
    if (unknown.status === 200) return Result.succeed("any")
    return Result.succeed(missing.status === 200 ? "known" : "required")
  }),
  errorBody: one("token-v1", errorBody),
  appTokenErrorBody: one("app-token-wrong-secret", errorBody),
  tokenClientErrorStatus: one("wrong-secret", statusOf(400, 401)),
  appTokenClientErrorStatus: one("app-token-wrong-secret", statusOf(400, 401)),
  revokeClientErrorStatus: one("revoke-wrong-secret", statusOf(400, 401)),
  badCodeError: one("made-up-code", (answer) =>
    Result.flatMap(refused(answer), ({ error }) => {
      if (error === "invalid_grant" || error === "invalid_client") return Result.succeed(error)
      return Result.fail(
        error === "unauthorized_client"
          ? "The installation does not have the grant type authorization_code."
          : "The answer has neither invalid_grant nor invalid_client."
      )
    })
  ),
  unknownTokenStatus: one("revoke-made-up", statusOf(200, 400)),
  bearerRevocation: one("revoke-bearer", ({ error, status }) => {
    if (status === 200 || error === "invalid_grant") return Result.succeed(true)
    return error === "invalid_request"
      ? Result.succeed(false)
      : Result.fail("A made-up token is refused, which does not say whether a real one would be.")
  }),
  unknownServiceStatus: one("unknown-service", statusOf(400, 404)),
  appTokenSecretInQuery: one("app-token-in-query", (answer) =>
    Result.flatMap(refused(answer), ({ error, status }) => {
      if (error === "invalid_client" || status === 401) return Result.succeed(true)
      return error === "invalid_request" ? Result.succeed(false) : unlike
    })
  ),
  sameCredentialsTwice: all(["credentials-twice", "token-v1", "token-v2"], ([twice, first, second]) =>
    Result.flatMap(refused(twice), () => {
      if (areAlike(twice, first) || areAlike(twice, second)) return Result.succeed(true)
      return twice.error === "invalid_request" || twice.error === "invalid_client" ? Result.succeed(false) : unlike
    })
  ),
  refreshTokens,
  refreshGrace: hidden("Only a bound can be seen, and each attempt ends a sign-in."),
  idTokenOnRefresh: one("refresh", (answer) =>
    Result.map(tokens(answer), ({ id_token }) => Predicate.isString(id_token))
  ),
  idTokenClock: hidden("It is for tests that advance the clock of a Sentinel of their own."),
  publishKeys: {
    _tag: "Visible",
    questions: ["keys", "exchange"],
    read: (answers) =>
      Result.gen(function* () {
        const kids = yield* Result.flatMap(answers.of("keys"), keyIdsOf)
        const exchange = answers.of("exchange")
        if (Result.isSuccess(exchange)) {
          const keyId = IdToken.keyId(yield* idToken(exchange.success))
          return keyId === undefined ? yield* Result.fail("The id_token does not name its key.") : kids.includes(keyId)
        }
        // LivePerson names its keys by what they are for.
        return kids.some((kid) => Predicate.isString(kid) && kid.startsWith("idtoken-"))
          ? true
          : yield* Result.fail(`No key is named as one of id_tokens. ${exchange.failure}`)
      })
  },
  anyPortOnLocalhost: all(["authorize", "authorize-other-port"], (answers, setting) =>
    Result.map(whichGoOn(answers, setting), ([goesOn]) => goesOn === true)
  ),
  pkce: all(["authorize", "authorize-plain", "authorize-without-pkce"], (answers, setting) =>
    Result.map(whichGoOn(answers, setting), ([plain, without]) =>
      without === false ? "required" : plain === true ? "ignored" : "supported"
    )
  ),
  issuerInAnswers: one("authorize-response-type", (answer, setting) =>
    Result.flatMap(begun(answer, setting), (begun) =>
      begun._tag === "SentBack" ? Result.succeed(begun.to.searchParams.has("iss")) : unlike
    )
  ),
  discovery: all(["metadata-oauth", "metadata-openid"], (answers) => {
    if (answers.some(isMetadata)) return Result.succeed(true)
    return answers.every(({ status }) => status >= 400) ? Result.succeed(false) : unlike
  }),
  openerPolicy: one("login-page", (answer) => {
    if (answer.status !== 200 || answer.form !== "html") return Result.fail("The login page could not be seen.")
    const policy = header(answer, "cross-origin-opener-policy")?.trim() ?? "unsafe-none"
    return policy === "same-origin" || policy === "unsafe-none" ? Result.succeed(policy) : unlike
  }),
  codeLifetime: hidden("Each attempt to find the end of a code needs a sign-in of its own."),
  accessTokenLifetime: ofUserTokens(({ expires_in: value }) =>
    value === undefined
      ? Result.fail("The answer has no expires_in.")
      : Predicate.isNumber(value) || (Predicate.isString(value) && /^\d+$/.test(value))
        ? lifetime(Number(value))
        : unlike
  ),
  appTokenLifetime: one("app-token", (answer) => Result.flatMap(appClaims(answer), lifetimeIn)),
  idTokenLifetime: ofIdToken("exchange", lifetimeIn),
  loginLifetime: hidden("A login page would have to be kept open until it is too late."),
  sessionIdleLifetime: hidden("A session would have to be left alone until it ends."),
  sessionLifetime: hidden("A session would have to be kept until it ends.")
}
