/**
 * Two nodes on one store, with a lock that does nothing: whatever they do at the same time and in whichever order their
 * steps come, what is stored is guarded by its generation alone.
 */
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { assert, describe, it } from "@effect/vitest"
import * as AppInstallations from "@le-auth/core/AppInstallations"
import { Domains } from "@le-auth/core/Domains"
import { RefreshLock } from "@le-auth/core/RefreshLock"
import { SentinelClient } from "@le-auth/core/SentinelClient"
import { type Session, SessionKey, unidentified } from "@le-auth/core/Session"
import * as Sessions from "@le-auth/core/Sessions"
import * as SessionStore from "@le-auth/core/SessionStore"
import type { TokenResponse } from "@le-auth/core/Token"
import { InvalidGrant, TokenError, Unavailable } from "@le-auth/core/TokenError"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { installation, sentinelOrigin } from "./ScriptedSentinel.ts"

const key = new SessionKey({
  accountId: installation.accountId,
  clientId: installation.clientId,
  subject: unidentified
})

/** Lets the steps of two nodes happen one at a time, in an order that is chosen from outside. */
class Steps {
  readonly #waiting: [(() => void) | undefined, (() => void) | undefined] = [undefined, undefined]
  readonly #done: [boolean, boolean] = [false, false]
  #changed: () => void = () => {}
  #free = true

  /** Before each step. */
  readonly before = (node: 0 | 1): Effect.Effect<void> =>
    Effect.promise(() =>
      this.#free
        ? Promise.resolve()
        : new Promise<void>((go) => {
            this.#waiting[node] = go
            this.#changed()
          })
    )

  /** Runs both; `choose` says whose step is next, if both have one. */
  async run(works: readonly [() => Promise<unknown>, () => Promise<unknown>], choose: () => 0 | 1): Promise<void> {
    this.#free = false
    const settled = async () => {
      while (!([0, 1] as const).every((node) => this.#done[node] || this.#waiting[node] !== undefined)) {
        await new Promise<void>((resolve) => (this.#changed = resolve))
      }
    }
    const running = works.map(async (work, node) => {
      await work()
      this.#done[node as 0 | 1] = true
      this.#changed()
    })
    for (;;) {
      await settled()
      const [first, second] = this.#waiting
      if (first === undefined && second === undefined) break
      const node = first !== undefined && second !== undefined ? choose() : first !== undefined ? 0 : 1
      const go = this.#waiting[node]!
      this.#waiting[node] = undefined
      go()
    }
    await Promise.all(running)
    this.#free = true
  }
}

/** A Sentinel that rotates: a refresh token works once. It knows which token came from which. */
const rotating = () => {
  const parents = new Map<string, string | undefined>()
  const live = new Set<string>()
  const issue = (parent: string | undefined): TokenResponse => {
    const token = `r${parents.size}`
    parents.set(token, parent)
    live.add(token)
    return {
      access_token: Redacted.make(`a${token}`),
      refresh_token: Redacted.make(token),
      token_type: "Bearer",
      expires_in: 3600
    } as TokenResponse
  }
  return {
    parents,
    live,
    issue,
    refresh: (token: string): TokenResponse | undefined => (live.delete(token) ? issue(token) : undefined)
  }
}

const refreshTokenOf = (session: Session | undefined) =>
  session?.refreshToken === undefined ? undefined : Redacted.value(session.refreshToken)

/** A fresh world: one store, one Sentinel, two nodes, and a session that both have. */
const world = async (failing: ReadonlySet<0 | 1>) => {
  const steps = new Steps()
  const sentinel = rotating()
  const context = await ManagedRuntime.make(SessionStore.layerMemory).runPromise(
    SessionStore.SessionStore.use((store) => Effect.succeed(store))
  )
  const stored = () => Effect.runPromise(Effect.map(context.get(key), Option.getOrUndefined))
  /** What was written over what. */
  const written: Array<{ readonly over: string | undefined; readonly token: string | undefined }> = []

  const node = (index: 0 | 1) => {
    const step = steps.before(index)
    const store: SessionStore.SessionStore["Service"] = {
      get: (key) => Effect.andThen(step, context.get(key)),
      set: (session, over) =>
        Effect.andThen(
          step,
          Effect.gen(function* () {
            const before = Option.getOrUndefined(yield* context.get(session.key))
            const wrote = yield* context.set(session, over)
            if (wrote) written.push({ over: refreshTokenOf(before), token: refreshTokenOf(session) })
            return wrote
          })
        ),
      remove: (key, only) => Effect.andThen(step, context.remove(key, only)),
      list: context.list
    }
    const client = {
      refresh: ({ refreshToken }: { readonly refreshToken: Redacted.Redacted }) =>
        Effect.gen(function* () {
          yield* step
          const reason = new Unavailable({ problem: "down", status: 503, sent: true })
          const tokens = failing.has(index) ? undefined : sentinel.refresh(Redacted.value(refreshToken))
          // The answer is also on its way.
          yield* step
          if (failing.has(index)) return yield* new TokenError({ operation: "refresh", reason })
          return (
            tokens ??
            (yield* new TokenError({ operation: "refresh", reason: new InvalidGrant({ error: "invalid_grant" }) }))
          )
        }),
      revoke: () => step
    } as unknown as SentinelClient["Service"]
    return ManagedRuntime.make(
      Sessions.layerWith({ onePer: "user" }).pipe(
        Layer.provide(
          Layer.mergeAll(
            Layer.succeed(SessionStore.SessionStore, store),
            Layer.succeed(SentinelClient, client),
            Layer.succeed(RefreshLock, { withLock: (_, effect) => effect }),
            Layer.succeed(Domains, {
              resolve: () => Effect.succeed(sentinelOrigin),
              list: () => Effect.succeed([]),
              allows: () => true,
              isLocal: () => false,
              forBrowser: (sentinel) => sentinel
            }),
            AppInstallations.layer(installation),
            NodeCrypto.layer
          )
        ),
        // What happens hundreds of times need not be told.
        Layer.merge(Logger.layer([]))
      )
    )
  }
  const nodes = [node(0), node(1)] as const
  const begin = (index: 0 | 1) =>
    nodes[index].runPromise(
      Sessions.Sessions.use((all) =>
        all.begin({ installation, sentinel: sentinelOrigin, tokens: sentinel.issue(undefined) })
      )
    )
  const session = await begin(0)
  // Long ago, and due.
  await Effect.runPromise(context.set({ ...session, signedInAt: 1, renewedAt: 1, refreshAt: 1 }, "any"))
  written.length = 0
  const works = {
    use: (index: 0 | 1) => nodes[index].runPromiseExit(Sessions.accessToken(key)),
    refresh: (index: 0 | 1) => nodes[index].runPromiseExit(Sessions.Sessions.use((all) => all.refresh(key))),
    signIn: async (index: 0 | 1) => Exit.succeed(await begin(index)),
    forget: (index: 0 | 1) => nodes[index].runPromiseExit(Sessions.forget(key)),
    revoke: (index: 0 | 1) => nodes[index].runPromiseExit(Sessions.revokeEverywhere(key))
  }
  return { begin, nodes, sentinel, steps, stored, works, written }
}
type World = Awaited<ReturnType<typeof world>>
type Work = keyof World["works"]

/** Runs two works in every order of their steps. */
const inEachOrder = async (
  works: readonly [Work, Work],
  check: (world: World, order: string) => Promise<void>,
  failing: ReadonlySet<0 | 1> = new Set()
) => {
  let orders = 0
  let next: Array<0 | 1> | undefined = []
  while (next !== undefined) {
    const chosen: Array<0 | 1> = []
    const prefix: ReadonlyArray<0 | 1> = next
    const now = await world(failing)
    await now.steps.run([() => now.works[works[0]](0), () => now.works[works[1]](1)], () => {
      const choice = prefix[chosen.length] ?? 0
      chosen.push(choice)
      return choice
    })
    const order = `${works.join(" and ")} in the order ${chosen.join("")}`
    for (const { over, token } of now.written) {
      const parent = now.sentinel.parents.get(token!)
      // Tokens of a refresh take the place of the token that they were given for, and of no other.
      if (parent !== undefined) assert.strictEqual(over, parent, order)
    }
    await check(now, order)
    orders++
    const last = chosen.lastIndexOf(0)
    next = last === -1 ? undefined : [...chosen.slice(0, last), 1]
    await Promise.all(now.nodes.map((node) => node.dispose()))
  }
  assert.isAbove(orders, 2)
}

/** What is stored works, and the next refresh succeeds. */
const goesOn = async (now: World, order: string) => {
  const token = refreshTokenOf(await now.stored())
  assert.isTrue(now.sentinel.live.has(token!), order)
}

describe("two nodes without a lock", () => {
  for (const first of ["use", "refresh"] as const) {
    it(`F4: ${first} and refresh: the newest token of the one that won stays, or the session has ended`, () =>
      inEachOrder([first, "refresh"], async (now, order) => {
        // Where the loser ends the session before the winner has saved, the winner does not bring it back.
        if ((await now.stored()) !== undefined) await goesOn(now, order)
        else assert.strictEqual(now.written.length, 0, order)
        assert.isAtMost(now.written.length, 1, order)
      }))
  }

  it("F4: a refresh and a sign-in: the sign-in stays", () =>
    inEachOrder(["use", "signIn"], async (now, order) => {
      await goesOn(now, order)
      const { parents } = now.sentinel
      let root = refreshTokenOf(await now.stored())!
      while (parents.get(root) !== undefined) root = parents.get(root)!
      assert.notStrictEqual(root, "r0", order)
    }))

  for (const leave of ["forget", "revoke"] as const) {
    it(`G5: a refresh and ${leave}: nothing comes back`, () =>
      inEachOrder(["use", leave], async (now, order) => {
        assert.isUndefined(await now.stored(), order)
      }))
  }

  it("F4: a refresh that fails, and one that does not: the new token stays", () =>
    inEachOrder(
      ["use", "refresh"],
      async (now, order) => {
        await goesOn(now, order)
        assert.notStrictEqual(refreshTokenOf(await now.stored()), "r0", order)
      },
      new Set([0])
    ))
})
