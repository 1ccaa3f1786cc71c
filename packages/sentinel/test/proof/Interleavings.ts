/**
 * Requests that run at the same time, with the store answering in any order: none wins twice, and nothing comes back.
 */
import { assert } from "@effect/vitest"
import type { StoreError } from "@le-auth/core/StoreError"
import { layerMemory, SentinelStore } from "@le-auth/sentinel/SentinelStore"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as fc from "fast-check"
import { clients, make, type Real, type TokenTexts, userIds } from "./Real.ts"

const client = clients[0]
const user = userIds[0]!

/** Each call of the store waits for its turn before and after it is made, and fast-check says whose turn it is. */
const inAnyOrder = (store: SentinelStore["Service"], turn: () => Promise<unknown>): SentinelStore["Service"] =>
  new Proxy(store, {
    get:
      (target, name: keyof typeof store) =>
      (...args: ReadonlyArray<never>) =>
        Effect.promise(turn).pipe(
          Effect.andThen(
            (target[name] as (...args: ReadonlyArray<never>) => Effect.Effect<unknown, StoreError>)(...args)
          ),
          Effect.tap(() => Effect.promise(turn))
        )
  })

type Action =
  | { readonly verb: "redeem" | "refresh" | "revoke" | "authorize"; readonly which: number }
  | { readonly verb: "logout" | "submit"; readonly which: 0 }

const which = fc.nat({ max: 3 })
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ verb: fc.constant("redeem" as const), which }) },
  { weight: 5, arbitrary: fc.record({ verb: fc.constant("refresh" as const), which }) },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant("revoke" as const), which }) },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant("authorize" as const), which }) },
  {
    weight: 1,
    arbitrary: fc.record({
      verb: fc.constantFrom("logout" as const, "submit" as const),
      which: fc.constant(0 as const)
    })
  }
)
const rounds = fc.array(
  fc.record({
    actions: fc.array(action, { minLength: 2, maxLength: 6 }),
    // Within the grace period of refresh tokens, or beyond it.
    pause: fc.constantFrom(0, 5000, 10_000)
  }),
  { minLength: 1, maxLength: 3 }
)

/** All tokens that come from one code. */
interface Family {
  readonly code: string
  wins: number
  attempts: number
  /** Somebody was told that the family, or its session, is over. */
  isOver: boolean
  readonly tokens: Array<TokenTexts>
  readonly successors: Map<string, TokenTexts>
}

const play = async (
  real: Real,
  run: <A, E>(effect: Effect.Effect<A, E>) => Promise<A>,
  together: (requests: () => ReadonlyArray<Promise<void>>) => Promise<void>,
  plan: ReadonlyArray<{ readonly actions: ReadonlyArray<Action>; readonly pause: number }>,
  isRedeemed: boolean
) => {
  const families: Array<Family> = []
  const given = new Map<string, Family>()
  const dead = new Set<string>()
  const familyOf = (code: string) => {
    const family = { code, wins: 0, attempts: 0, isOver: false, tokens: [], successors: new Map() }
    families.push(family)
    return family
  }
  const keep = (family: Family, tokens: TokenTexts) => {
    const before = given.get(tokens.refresh)
    assert.isTrue(before === undefined || before === family, "a token belongs to one family")
    if (before === undefined) family.tokens.push(tokens)
    given.set(tokens.refresh, family)
  }

  const page = await run(real.authorize(0, client))
  assert.property(page, "fields")
  const fields = "fields" in page ? page.fields : {}
  const first = await run(real.submit(0, fields, user))
  familyOf(typeof first === "string" ? "" : first.code)
  const second = await run(real.authorize(0, client))
  if ("code" in second) familyOf(second.code)
  for (const family of isRedeemed ? families : []) {
    const tokens = await run(real.redeem(family.code, client, true))
    if (typeof tokens !== "string") keep(family, tokens)
    Object.assign(family, { wins: 1, attempts: 1 })
  }

  for (const { actions, pause } of plan) {
    const known = families.map((family) => ({ family, refresh: family.tokens.map(({ refresh }) => refresh) }))
    const send = async ({ verb, which }: Action) => {
      const { family, refresh } = known[which % known.length]!
      const token = refresh[which % Math.max(1, refresh.length)]
      switch (verb) {
        case "redeem": {
          family.attempts += 1
          const answer = await run(real.redeem(family.code, client, true))
          if (typeof answer === "string") return assert.strictEqual(answer, "invalid_grant")
          family.wins += 1
          return keep(family, answer)
        }
        case "refresh": {
          if (token === undefined) return
          const answer = await run(real.refresh(token, client))
          if (typeof answer === "string") return assert.strictEqual(answer, "invalid_grant")
          // R65: all get the same successors, no matter which wins.
          assert.deepStrictEqual(answer, family.successors.get(token) ?? answer)
          family.successors.set(token, answer)
          return keep(family, answer)
        }
        case "revoke": {
          if (token === undefined) return
          assert.strictEqual(await run(real.revoke(token, client)), 200)
          family.isOver = true
          return
        }
        case "authorize": {
          const answer = await run(real.authorize(0, client))
          if ("code" in answer) familyOf(answer.code)
          return
        }
        case "logout": {
          // All families of this test belong to the session of this browser.
          const before = [...families]
          assert.strictEqual(await run(real.logout(0)), 200)
          for (const family of before) family.isOver = true
          return
        }
        case "submit": {
          // The form that was sent already: the same code, or none.
          const answer = await run(real.submit(0, fields, user))
          if (typeof answer !== "string") assert.strictEqual(answer.code, families[0]!.code)
        }
      }
    }
    const alive = known.filter(({ family }) => family.tokens.some(({ access }) => !dead.has(access)))
    await together(() => actions.map(send))

    // R73: a revocation ends everything of the user, unless what it names was ended by another request before.
    const on = (verb: Action["verb"], family: Family) =>
      actions.some((action) => action.verb === verb && known[action.which % known.length]!.family === family)
    const isSignedOut = alive.some(
      ({ family, refresh }) =>
        refresh.length > 0 && on("revoke", family) && !on("redeem", family) && !on("refresh", family)
    )
    if (isSignedOut) for (const { family } of known) family.isOver = true

    const now = await run(Clock.currentTimeMillis)
    for (const family of families) {
      assert.isAtMost(family.wins, 1, "R32: a code is redeemed once")
      const isOver = family.isOver || (family.wins === 1 && family.attempts > 1)
      for (const { access } of family.tokens) {
        const isGood = await run(real.isGood(access, now))
        if (isOver) assert.isFalse(isGood, "R33, R74: no token of a family that is over")
        if (dead.has(access)) assert.isFalse(isGood, "R74: nothing comes back")
        if (!isGood) dead.add(access)
      }
    }
    await run(real.advance(pause))
  }
  // R33, R66, R74: refresh tokens of a family that is over are as dead as its access tokens.
  for (const family of families.filter(({ attempts, isOver, wins }) => isOver || (wins === 1 && attempts > 1))) {
    for (const { refresh } of family.tokens)
      assert.strictEqual(await run(real.refresh(refresh, client)), "invalid_grant")
  }
}

/** Plays random plans of requests at the same time, each with a new Sentinel. */
export const hasOneWinnerInAnyOrder = Effect.fnUntraced(function* (options?: {
  readonly runs?: number
  readonly store?: Effect.Effect<SentinelStore["Service"], never, Scope.Scope>
}) {
  const run = Effect.runPromiseWith(yield* Effect.context<Effect.Services<ReturnType<typeof make>> | Scope.Scope>())
  const newStore = options?.store ?? Effect.provide(SentinelStore, layerMemory)
  yield* Effect.promise(() =>
    fc.assert(
      fc.asyncProperty(fc.scheduler(), rounds, fc.boolean(), async (scheduler, plan, isRedeemed) => {
        let isParallel = false
        const store = inAnyOrder(await run(newStore), () =>
          isParallel ? scheduler.schedule(Promise.resolve()) : Promise.resolve()
        )
        const together = async (requests: () => ReadonlyArray<Promise<void>>) => {
          isParallel = true
          await scheduler.waitFor(Promise.all(requests()))
          isParallel = false
        }
        await play(await run(make({ store })), run, together, plan, isRedeemed)
      }),
      { numRuns: options?.runs ?? 60, interruptAfterTimeLimit: 15_000, markInterruptAsFailure: false }
    )
  )
})
