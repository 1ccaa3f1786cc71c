/** Sentinel's store in SQL does what the one in memory does, whatever is done to both. */
import { assert, describe, it } from "@effect/vitest"
import { layerMemory, SentinelStore } from "@le-auth/sentinel/SentinelStore"
import * as Arbitrary from "effect/Arbitrary"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { sentinelStore } from "./Engines.ts"

type Store = SentinelStore["Service"]

/** What ends things comes seldom, else nothing else would happen. */
const often = ["redeemCode", "rotateRefresh", "findAccess"] as const
const sometimes = ["createSession", "findSession", "touchSession", "issueCode"] as const
const seldom = ["endSession", "endUserSessions", "revokeGrant", "revokeToken"] as const
const kinds = [...often, ...often, ...often, ...often, ...sometimes, ...sometimes, ...seldom]

const below = (end: number) => Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: end - 1 }))
/**
 * In milliseconds; a whole script takes less than the quarter of an hour for which the store in memory keeps used
 * codes.
 */
const pauses = [0, 0, 0, 1, 1, 1000, 5000, 10_000, 20_000]
/** Few things, so that the steps meet each other. */
const Step = Schema.Struct({
  /** Which of `kinds`. */
  kind: below(kinds.length),
  session: below(2),
  code: below(3),
  /** Which of the tokens that were made so far, from the newest. */
  token: below(4),
  owner: below(8),
  isRight: below(4),
  rotates: below(3),
  /** Which of `pauses` before it. */
  pause: below(pauses.length)
})
type Step = typeof Step.Type

const steps = Arbitrary.schema(Schema.Array(Step).check(Schema.isMinLength(25), Schema.isMaxLength(40)))

/** What the store answers to these steps, from the beginning. */
const play = Effect.fnUntraced(function* (store: Store, run: number, script: ReadonlyArray<Step>) {
  const id = (name: string) => `${run} ${name}`
  const accountId = `model${run}`
  const made = ["none"]
  const tokenOf = ({ token }: Step, kind: string) => id(`${kind} ${made[Math.max(0, made.length - 1 - token)]}`)
  const answers: Array<unknown> = []
  let now = 1_700_000_000_000
  for (const [index, step] of script.entries()) {
    now += pauses[step.pause]!
    const owner = { accountId, clientId: step.owner === 0 ? "another" : "client" }
    const tokens = {
      accessId: id(`access ${index}`),
      accessExpiresAt: now + 45_000,
      refreshId: step.rotates === 0 ? undefined : id(`refresh ${index}`),
      sessionIdleExpiresAt: now + 60_000
    }
    const session = id(`session ${step.session}`)
    const redirectUri = step.isRight === 0 ? "https://wrong.example" : undefined
    const codeChallenge = step.isRight === 1 ? "wrong" : undefined
    const operations: Record<(typeof kinds)[number], () => Effect.Effect<unknown, unknown>> = {
      createSession: () =>
        store.createSession(
          {
            id: session,
            accountId,
            userId: "user",
            createdAt: now,
            lastSeenAt: now,
            idleExpiresAt: now + 60_000,
            expiresAt: now + 150_000
          },
          now
        ),
      findSession: () => store.findSession(session, now),
      touchSession: () => store.touchSession(session, now + 60_000, now),
      endSession: () => store.endSession(session, now),
      endUserSessions: () => store.endUserSessions(accountId, "user", now),
      issueCode: () =>
        store.issueCode(
          {
            id: id(`code ${step.code}`),
            grant: {
              id: id(`grant ${step.code}`),
              accountId,
              clientId: "client",
              userId: "user",
              sessionId: session,
              createdAt: now,
              nonce: step.isRight === 2 ? "nonce" : undefined
            },
            redirectUri: undefined,
            codeChallenge: undefined,
            expiresAt: now + 60_000
          },
          now
        ),
      redeemCode: () =>
        store.redeemCode({ ...owner, id: id(`code ${step.code}`), redirectUri, codeChallenge, tokens }, now),
      rotateRefresh: () =>
        store.rotateRefresh(
          { ...owner, id: tokenOf(step, "refresh"), seed: `seed ${index}`, grace: 10_000, tokens },
          now
        ),
      revokeGrant: () => store.revokeGrant(id(`grant ${step.code}`), now),
      revokeToken: () =>
        store.revokeToken({ ...owner, id: tokenOf(step, step.isRight < 2 ? "access" : "refresh") }, now),
      findAccess: () => store.findAccess(tokenOf(step, "access"), now)
    }
    const kind = kinds[step.kind]!
    const answer = yield* operations[kind]()
    const tag = (answer as { readonly _tag?: string } | undefined)?._tag
    if (tag === "Won" || tag === "Rotated") made.push(String(index))
    answers.push([kind, answer])
  }
  return answers
})

export const provesModel = (engine: string, url: () => string, runs: number): void => {
  describe(`Sentinel's store on ${engine}`, () => {
    it.effect(
      "R32, R65, R74: answers as the store in memory does, whatever is done in whatever order",
      () =>
        Effect.gen(function* () {
          const sql = Context.get(yield* Layer.build(sentinelStore(url())), SentinelStore)
          const first = Math.floor((yield* Effect.sync(() => performance.timeOrigin)) / 1000)
          let run = first
          const tags = new Map<string, number>()
          const result = yield* Arbitrary.checkEffect(
            steps,
            (script) =>
              Effect.gen(function* () {
                run += 1
                const memory = Context.get(yield* Layer.build(Layer.fresh(layerMemory)), SentinelStore)
                // Nothing happens without a session and tokens.
                const begin = (kind: (typeof kinds)[number]) => ({ ...beginning, kind: kinds.indexOf(kind) })
                const begun = [begin("createSession"), begin("issueCode"), begin("redeemCode"), ...script]
                const expected = yield* play(memory, run, begun)
                assert.deepStrictEqual(yield* play(sql, run, begun), expected)
                for (const [, answer] of expected as Array<[string, { readonly _tag?: string } | undefined]>) {
                  const tag = answer?._tag ?? String(answer)
                  tags.set(tag, (tags.get(tag) ?? 0) + 1)
                }
                return true
              }),
            { runs }
          )
          assert.strictEqual(Arbitrary.formatCheckFailure(result), undefined)
          // Else the steps do not meet each other, and the property says little. A few runs may miss the rare answers
          // by chance.
          if (runs < 200) return
          for (const tag of ["Won", "Lost", "Mismatch", "Rotated", "Retry", "Reused", "Revoked", "Missing", "Some"]) {
            assert.isAbove(tags.get(tag) ?? 0, 0, `the answer ${tag} was never given`)
          }
        }),
      300_000
    )
  })
}

const beginning: Step = {
  kind: 0,
  session: 0,
  code: 0,
  token: 0,
  owner: 1,
  isRight: 3,
  rotates: 1,
  pause: 0
}
