/**
 * What the tokens of a user show: those of a sign-in of the probe's own, of which nothing is kept, or those of the
 * session that le-auth keeps, which is refreshed as any command refreshes it.
 */
import * as AppInstallations from "@le-auth/core/AppInstallations"
import * as IdToken from "@le-auth/core/IdToken"
import * as KeySets from "@le-auth/core/KeySets"
import * as RefreshLock from "@le-auth/core/RefreshLock"
import * as SealedSessionStore from "@le-auth/core/SealedSessionStore"
import * as SentinelApi from "@le-auth/core/SentinelApi"
import * as SentinelClient from "@le-auth/core/SentinelClient"
import * as Sessions from "@le-auth/core/Sessions"
import * as SessionStore from "@le-auth/core/SessionStore"
import * as SignIn from "@le-auth/core/SignIn"
import * as TransactionStore from "@le-auth/core/TransactionStore"
import * as Transport from "@le-auth/core/Transport"
import * as FileRefreshLock from "@le-auth/node/FileRefreshLock"
import * as NodeSignIn from "@le-auth/node/NodeSignIn"
import * as SessionFile from "@le-auth/node/SessionFile"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { all } from "../../../target/CurrentSession.ts"
import * as UserKey from "../../../target/UserKey.ts"
import * as Output from "../../../terminal/Output.ts"
import { text } from "../../../terminal/TerminalText.ts"
import { type Answers, read } from "./Answer.ts"
import type { Asking } from "./Asking.ts"
import { askOne } from "./Probe.ts"
import { questions, type Setting } from "./Questions.ts"

/** The calls of a sign-in, as requests of the probe: not those that the command has made already. */
const callsBy = ({ transport }: Asking) =>
  Layer.fresh(KeySets.layer).pipe(
    Layer.provideMerge(Layer.fresh(SentinelClient.layer)),
    Layer.provide(Layer.succeed(Transport.Transport, transport))
  )

/** In memory: its sign-in ends with the command. */
const own = (asking: Asking) =>
  SignIn.layer.pipe(
    Layer.provideMerge(Sessions.layer),
    Layer.provide(callsBy(asking)),
    Layer.provide(Layer.mergeAll(TransactionStore.layerMemory, SessionStore.layerMemory, RefreshLock.layerMemory))
  )

/** That of the user, with the tokens that a refresh brings. */
const kept = (asking: Asking) =>
  Sessions.layerWith({ onePer: "user" }).pipe(
    Layer.provide(callsBy(asking)),
    Layer.provide(Layer.merge(Layer.provide(SealedSessionStore.layer, SessionFile.layer), FileRefreshLock.layer)),
    Layer.provide(UserKey.opened)
  )

const show = (url: string) =>
  Output.say(text`Opening your browser. If nothing opens, visit:\n\n  ${url}\n\nWaiting for the sign-in; Ctrl-C stops.`)

/** Runs work that sends a request to the token endpoint, and gives the answer that came, whatever became of it. */
const watching = <A, E, R>({ last }: Asking, { installation }: Setting, work: Effect.Effect<A, E, R>) => {
  const path = SentinelApi.token.path.replace(":accountId", installation.accountId)
  const before = last(path)
  return Effect.map(Effect.result(work), (result) => {
    const answer = last(path)
    return { result, answer: answer === before ? undefined : answer }
  })
}

/** Signs a user in, and asks what their tokens show. Fails if the sign-in does not come to tokens. */
export const bySigningIn = Effect.fnUntraced(function* (setting: Setting, asking: Asking, answers: Answers) {
  if (asking.ended() !== undefined) return
  yield* asking.announce(questions.exchange.asks)
  const signIn = NodeSignIn.signIn({ accountId: setting.installation.accountId, show })
  const { answer, result } = yield* watching(asking, setting, signIn).pipe(
    Effect.provide(Layer.provideMerge(own(asking), AppInstallations.layer(setting.installation)))
  )
  if (answer === undefined) {
    answers.set("exchange", Result.fail("The sign-in did not come to tokens."))
    return Result.isFailure(result) ? yield* Effect.fail(result.failure) : undefined
  }
  const exchanged = read(answer)
  answers.set("exchange", Result.succeed(exchanged))
  const { id_token, refresh_token } = exchanged.members
  answers.presented = Predicate.isString(refresh_token) ? refresh_token : undefined
  answers.user = Predicate.isString(id_token)
    ? Result.getOrUndefined(IdToken.decodeUnverified(Redacted.make(id_token)))?.sub
    : undefined
  yield* askOne("refresh", setting, asking, answers)
  yield* askOne("refresh-again", setting, asking, answers)
})

/** Refreshes the session of the user that le-auth keeps, if there is one. */
export const byKeptSession = Effect.fnUntraced(function* (setting: Setting, asking: Asking, answers: Answers) {
  for (const name of ["exchange", "refresh", "refresh-again"] as const) {
    const request = questions[name].request(setting, answers)
    if (Result.isFailure(request)) answers.set(name, Result.fail(request.failure))
  }
  const files = yield* FileSystem.FileSystem
  const isThere = SessionFile.defaultPath.pipe(
    Effect.flatMap(files.exists),
    Effect.orElseSucceed(() => false)
  )
  if (asking.ended() !== undefined || !(yield* isThere)) return
  const work = Effect.gen(function* () {
    const [session] = yield* all
    if (session?.refreshToken === undefined) return
    answers.presented = Redacted.value(session.refreshToken)
    if (session.claims !== undefined) {
      answers.kept = session.claims
      answers.user = session.claims.sub
    }
    yield* asking.announce(questions.refresh.asks)
    const { answer } = yield* watching(asking, setting, Sessions.refresh(session.key))
    yield* Sessions.flush
    answers.set(
      "refresh",
      answer === undefined
        ? Result.fail("The session has new tokens already, or cannot be refreshed: ask again, or see le-auth refresh.")
        : Result.succeed(read(answer))
    )
  })
  yield* Effect.provide(work, Layer.provide(kept(asking), AppInstallations.layer(setting.installation)))
})
