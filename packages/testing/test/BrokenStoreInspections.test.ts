import { assert, describe, it } from "@effect/vitest"
import { layerMemory, SentinelStore } from "@le-auth/sentinel/SentinelStore"
import { type Found, StoreInspection } from "@le-auth/sentinel/StoreInspection"
import * as StoreInspectionContract from "@le-auth/testing/StoreInspectionContract"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

type Inspection = StoreInspection["Service"]
type Store = SentinelStore["Service"]

/** The right inspection, with some of its operations replaced by wrong ones. */
const wrong = (change: (right: Inspection, store: Store) => Partial<Inspection>) =>
  Layer.effectContext(
    Effect.map(Layer.build(Layer.fresh(layerMemory)), (right) => {
      const inspection = Context.get(right, StoreInspection)
      const changed = { ...inspection, ...change(inspection, Context.get(right, SentinelStore)) }
      return Context.add(right, StoreInspection, changed)
    })
  )

const withFound = (change: (found: Found) => Found) =>
  wrong(({ find }) => ({ find: (id, now) => Effect.map(find(id, now), Option.map(change)) }))

const code = "a code is found as it was issued, also after it was used, and to look does not use it"
const token = "a refresh token is found, and when it was used; so is an access token; nothing is found for another text"
const ended =
  "what ended a family is found with each of its tokens: its revocation, its session, all sessions of the user"
const idle = "R82: time is what it is asked with: a session that was idle for too long is dead, its family is not"
const client = "R70: all families of one application in one account are revoked, and no others"
const sessions = "sessions are listed with the newest first, no more than were asked for, and all are counted"
const alive = "of sessions that are alive, neither those that were ended are listed nor those whose time is over"
const families =
  "token families are listed with the newest first, and of the living ones none that was revoked or has ended"
const whole = "what was taken out is all there again when it is put in, and nothing else"
const portable = "a state can be taken out of a store in memory and put into this one, and the other way round"
const forgotten = "when everything is forgotten nothing is known, and a new sign-in works"
const atOnce = "of a state that is put in while others sign in, no reader sees a part"

const broken: ReadonlyArray<readonly [string, Layer.Layer<SentinelStore | StoreInspection>, ReadonlyArray<string>]> = [
  ["that is right", layerMemory, []],
  [
    "that uses what it explains",
    wrong(({ find }, store) => ({
      find: (id, now) =>
        Effect.tap(find(id, now), (found) =>
          Option.isSome(found) && found.value.kind === "code"
            ? Effect.ignore(
                store.redeemCode(
                  {
                    ...found.value.family.grant,
                    id,
                    redirectUri: found.value.redirectUri,
                    codeChallenge: found.value.codeChallenge,
                    tokens: { accessId: id, accessExpiresAt: now, refreshId: undefined, sessionIdleExpiresAt: now }
                  },
                  now
                )
              )
            : Effect.void
        )
    })),
    [code, whole, portable]
  ],
  ["that finds no use", withFound((found) => ({ ...found, usedAt: undefined }) as Found), [code, token]],
  [
    "that finds no revocation",
    withFound((found) => ({ ...found, family: { ...found.family, revokedAt: undefined } })),
    [ended, client]
  ],
  [
    "that takes everything for alive",
    withFound((found) => ({ ...found, family: { ...found.family, isAlive: true } })),
    [ended, idle]
  ],
  ["that asks a clock of its own", wrong(({ find }) => ({ find: (id) => find(id, 1_700_000_000_000) })), [idle]],
  [
    "that counts the dead with the living",
    wrong(({ sessions }) => ({
      count: (now) => Effect.map(sessions({ now, limit: 1, onlyAlive: false }), ({ total }) => total)
    })),
    [alive]
  ],
  ["that revokes nothing", wrong(() => ({ revokeClient: () => Effect.void })), [client]],
  [
    "that lists the oldest first",
    wrong((right) => ({
      sessions: (query) =>
        Effect.map(right.sessions({ ...query, limit: 100 }), ({ newest, ...rest }) => ({
          ...rest,
          newest: newest.toReversed().slice(0, query.limit)
        })),
      families: (query) =>
        Effect.map(right.families({ ...query, limit: 100 }), ({ newest, ...rest }) => ({
          ...rest,
          newest: newest.toReversed().slice(0, query.limit)
        }))
    })),
    [sessions, families]
  ],
  [
    "that lists the dead with the living",
    wrong((right) => ({
      sessions: (query) => right.sessions({ ...query, onlyAlive: false }),
      families: (query) => right.families({ ...query, onlyAlive: false })
    })),
    [idle, alive, families]
  ],
  [
    "whose documents lack what ended",
    wrong(({ dump }) => ({
      dump: Effect.map(dump, (whole) => ({
        ...whole,
        sessions: whole.sessions.map(([id, row]) => [id, { ...row, endedAt: undefined }])
      }))
    })),
    [whole, portable]
  ],
  [
    "that forgets that codes were used",
    wrong(({ load }) => ({
      load: (dump) => load({ ...dump, codes: dump.codes.map(([id, { code }]) => [id, { code, usedAt: undefined }]) })
    })),
    [whole, portable]
  ],
  ["that puts nothing in", wrong(() => ({ load: () => Effect.void })), [whole, portable]],
  ["that forgets nothing", wrong(() => ({ clear: Effect.void })), [forgotten]],
  [
    "that puts a state in by parts",
    wrong(({ clear, load }) => ({
      load: (dump) => Effect.andThen(Effect.andThen(clear, Effect.yieldNow), load(dump))
    })),
    [atOnce]
  ]
]

describe("the contract of StoreInspection, against an adapter", () => {
  for (const [name, layer, violated] of broken) {
    it.effect(name, () =>
      Effect.gen(function* () {
        const { violations } = yield* StoreInspectionContract.check(layer)
        assert.deepStrictEqual(violations.map(({ name }) => name).toSorted(), [...violated].toSorted())
      })
    )
  }
})
