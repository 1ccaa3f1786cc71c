import { assert, describe, it } from "@effect/vitest"
import { type Attack, figuresOf, run } from "./Enemy.ts"

/** What `npm run enemy` looks at at length, with other numbers. */
const attacks: ReadonlyArray<readonly [string, Attack]> = [
  ["one address", { enemy: { addresses: 1, blocks: 1, rate: 6 } }],
  ["an address in the user's own block", { enemy: { addresses: 1, blocks: 1, rate: 6 }, isNeighbour: true }],
  ["a hundred addresses of one block", { enemy: { addresses: 100, blocks: 1, rate: 6 } }],
  ["as many blocks, and a user who mistypes twice", { enemy: { addresses: 100, blocks: 100, rate: 6 }, mistypes: 2 }],
  ["65,536 addresses of one block", { enemy: { addresses: 65_536, blocks: 1, rate: 6 } }]
]

describe("an enemy who guesses for three quarters of an hour", () => {
  it.each(attacks)("R85: %s: right logins get through, and few guesses", (_, attack) => {
    const { first, guesses, known, minute, p99 } = figuresOf([run(attack, 17)])
    assert.strictEqual(known, 1)
    assert.isBelow(p99, 1000)
    assert.isAtLeast(first, attack.enemy.addresses === 1 ? 0.99 : 0.2)
    assert.strictEqual(minute, 1)
    assert.isAtMost(guesses, attack.enemy.addresses === 1 ? 20 : 110)
  })
})
