/**
 * Random orders of everything that changes the state of Sentinel, and the comparison of each answer with that of the
 * model.
 */
import { assert } from "@effect/vitest"
import type { SentinelStore } from "@le-auth/sentinel/SentinelStore"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as fc from "fast-check"
import { type Code, type Form, lifetimes, Model, type Tokens } from "./Model.ts"
import { clients, make, type Real, type TokenTexts, type User, userIds } from "./Real.ts"

interface World {
  readonly real: Real
  readonly run: <A, E>(effect: Effect.Effect<A, E>) => Promise<A>
}

type Command = fc.AsyncCommand<Model, World>

/** A step. After it, each access token is as good as the model says. */
const step = (
  name: string,
  isPossible: (model: Model) => boolean,
  play: (model: Model, world: World) => Promise<void>
): Command => ({
  check: isPossible,
  run: async (model, world) => {
    await play(model, world)
    for (const access of model.accesses) {
      const isGood = await world.run(world.real.isGood(access.text, model.now))
      assert.strictEqual(isGood, model.isGood(access), "an access token is as good as the model says")
    }
  },
  toString: () => name
})

const pick = <A>(list: ReadonlyArray<A>, index: number): A => list[index % list.length]!

/** The model says which code it is: a new one, or one that was given out before. */
const sameCode = (model: Model, expected: Code, text: string | undefined) => {
  assert.isDefined(text)
  if (expected.text !== "") return assert.strictEqual(text, expected.text, "the same code again")
  assert.isFalse(
    model.codes.some((code) => code.text === text),
    "a new code"
  )
  expected.text = text!
  model.codes.push(expected)
}

const sameTokens = (model: Model, expected: Tokens | string, actual: TokenTexts | string) => {
  if (typeof expected === "string" || typeof actual === "string")
    return assert.deepStrictEqual<unknown>(actual, expected)
  const { access, refresh } = expected
  if (access.text !== "") {
    return assert.deepStrictEqual(actual, { access: access.text, refresh: refresh.text }, "the same answer again")
  }
  access.text = actual.access
  refresh.text = actual.refresh
  model.accesses.push(access)
  model.refreshes.push(refresh)
}

const browser = fc.nat({ max: 1 })
const client = fc.constantFrom(...clients)
const user = fc.constantFrom(...userIds)
const index = fc.nat({ max: 50 })
const mostly = fc.nat({ max: 4 }).map((number) => number > 0)

const authorize = fc.tuple(browser, client).map(([browser, client]) =>
  step(
    `authorize(${browser}, ${client[0]})`,
    () => true,
    async (model, { real, run }) => {
      const expected = model.authorize(browser, client)
      const actual = await run(real.authorize(browser, client))
      if (expected !== "login") return sameCode(model, expected, "code" in actual ? actual.code : undefined)
      assert.property(actual, "fields", "the login page")
      model.forms.push({
        browser,
        client,
        expiresAt: model.now + lifetimes.form,
        fields: "fields" in actual ? actual.fields : {},
        outcomes: new Map()
      })
    }
  )
)

const submitted = async (model: Model, { real, run }: World, form: Form, user: User) => {
  const expected = model.submit(form, user)
  const actual = await run(real.submit(form.browser, form.fields, user))
  if (typeof expected === "string") return assert.strictEqual(actual, expected)
  return sameCode(model, expected, typeof actual === "string" ? actual : actual.code)
}

const submit = fc.tuple(index, user).map(([index, user]) =>
  step(
    `submit(form ${index}, ${user})`,
    ({ forms }) => forms.length > 0,
    (model, world) => submitted(model, world, pick(model.forms, index), user)
  )
)
/** The usual case: the page that was just opened. */
const signIn = fc.tuple(mostly, user).map(([, user]) =>
  step(
    `submit(last form, ${user})`,
    ({ forms }) => forms.length > 0,
    (model, world) => submitted(model, world, model.forms.at(-1)!, user)
  )
)

/** Redeemed codes are remembered for 15 minutes at least; whether an older one is, is not promised. */
const isRemembered = (model: Model, { expiresAt }: Code) => model.now < expiresAt + 13 * 60_000

const redeem = fc.tuple(index, mostly, mostly, mostly).map(([index, isLast, isOwner, isRightRedirect]) => {
  const choose = ({ codes }: Model) => (isLast ? codes.at(-1)! : pick(codes, index))
  return step(
    `redeem(${isLast ? "last code" : `code ${index}`}${isOwner ? "" : ", by another client"}${isRightRedirect ? "" : ", with another redirect"})`,
    (model) => model.codes.length > 0 && isRemembered(model, choose(model)),
    async (model, { real, run }) => {
      const code = choose(model)
      const by = isOwner ? code.grant.client : clients.find((client) => client !== code.grant.client)!
      const expected = model.redeem(code, by, isRightRedirect)
      sameTokens(model, expected, await run(real.redeem(code.text, by, isRightRedirect)))
    }
  )
})

const refresh = fc.tuple(index, fc.boolean(), mostly).map(([index, isLast, isOwner]) =>
  step(
    `refresh(${isLast ? "last token" : `token ${index}`}${isOwner ? "" : ", by another client"})`,
    ({ refreshes }) => refreshes.length > 0,
    async (model, { real, run }) => {
      const token = isLast ? model.refreshes.at(-1)! : pick(model.refreshes, index)
      const by = isOwner ? token.grant.client : clients.find((client) => client !== token.grant.client)!
      const expected = model.refresh(token, by)
      sameTokens(model, expected, await run(real.refresh(token.text, by)))
    }
  )
)

const revoke = fc.tuple(index, fc.boolean(), mostly).map(([index, isAccess, isOwner]) =>
  step(
    `revoke(${isAccess ? "access" : "refresh"} token ${index}${isOwner ? "" : ", by another client"})`,
    ({ refreshes }) => refreshes.length > 0,
    async (model, { real, run }) => {
      const token = pick<Tokens["access"] | Tokens["refresh"]>(isAccess ? model.accesses : model.refreshes, index)
      const by = isOwner ? token.grant.client : clients.find((client) => client !== token.grant.client)!
      model.revoke(token, by)
      assert.strictEqual(await run(real.revoke(token.text, by)), 200)
    }
  )
)

const read = index.map((index) =>
  step(
    `read(access token ${index})`,
    ({ accesses }) => accesses.length > 0,
    async (model, { real, run }) => {
      const access = pick(model.accesses, index)
      const { user } = access.grant.session
      const isGood = model.isGood(access) && !model.disabled.has(user)
      assert.strictEqual(await run(real.read(access.text, user)), isGood ? 200 : 401)
    }
  )
)

const logout = browser.map((browser) =>
  step(
    `logout(${browser})`,
    () => true,
    async (model, { real, run }) => {
      model.logout(browser)
      assert.strictEqual(await run(real.logout(browser)), 200)
    }
  )
)

const advanceBy = (...millis: ReadonlyArray<number>) =>
  fc.constantFrom(...millis).map((millis) =>
    step(
      `advance(${millis})`,
      () => true,
      async (model, { real, run }) => {
        model.now += millis
        await run(real.advance(millis))
      }
    )
  )
/** The edges of all lifetimes. */
const aMoment = advanceBy(1, 9999, 10_000)
const aWhile = advanceBy(59_999, 60_000, 299_999, 300_000, 599_999, 600_000, 899_999, 900_000)

const disable = user.map((user) =>
  step(
    `disable(${user})`,
    // Else most runs would soon have no user left.
    ({ codes, disabled }) => codes.length > 3 && disabled.size === 0,
    async (model, { real, run }) => {
      model.disabled.add(user)
      await run(real.disable(user))
    }
  )
)

const often = <A>(times: number, command: A): ReadonlyArray<A> => Array.from({ length: times }, () => command)
const usual = [...often(3, authorize), ...often(3, signIn), ...often(4, redeem), ...often(7, refresh)]
const commands = fc.commands([...usual, ...often(3, aMoment), submit, revoke, read, logout, aWhile, disable], {
  maxCommands: 70,
  size: "max"
})

/** Plays random sequences, each with a new Sentinel, and fails with the shortest one that is answered otherwise. */
export const answersAsTheModel = Effect.fnUntraced(function* (options?: {
  readonly runs?: number
  readonly store?: Effect.Effect<SentinelStore["Service"], never, Scope.Scope>
}) {
  const run = Effect.runPromiseWith(yield* Effect.context<Effect.Services<ReturnType<typeof make>>>())
  const begin = Effect.gen(function* () {
    const store = options?.store === undefined ? undefined : yield* options.store
    const real = yield* make(store === undefined ? {} : { store })
    return { model: new Model(yield* Clock.currentTimeMillis), real: { real, run } }
  })
  yield* Effect.promise(() =>
    fc.assert(
      fc.asyncProperty(commands, (commands) => fc.asyncModelRun(() => run(begin), commands)),
      { numRuns: options?.runs ?? 60, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false }
    )
  )
})
