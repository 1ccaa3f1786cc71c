/** The code of docs/testing.md, docs/sentinel.md and docs/custom-adapter.md, run as it stands there. */
import { assert, describe, it } from "@effect/vitest"
import type { TransactionStore } from "@le-auth/core/TransactionStore"
import * as TransactionStoreContract from "@le-auth/testing/TransactionStoreContract"
import * as TransactionStoreSuite from "@le-auth/testing/TransactionStoreSuite"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"

const out = new URL("../build/docs/", import.meta.url)
mkdirSync(out, { recursive: true })

/**
 * Imports every block of a page as a module, in order. Tests in it are registered by that. Those of another test runner
 * are for `OtherRunners.test.ts`.
 */
const load = async (page: string): Promise<ReadonlyArray<Record<string, unknown>>> => {
  const text = readFileSync(new URL(`../../../docs/${page}.md`, import.meta.url), "utf8")
  const modules: Array<Record<string, unknown>> = []
  for (const [index, [, code]] of [...text.matchAll(/^```ts\n(.*?)^```$/gms)].entries()) {
    const file = new URL(`${page}-${index}.ts`, out)
    writeFileSync(file, code!)
    if (code!.includes('"node:test"')) modules.push({})
    else modules.push(await import(/* @vite-ignore */ file.pathname))
  }
  return modules
}

await load("testing")
await load("sentinel")
const [documents, , , keyValue] = await load("custom-adapter")

const layerTest = documents!["layerTest"] as Layer.Layer<TransactionStore>
const layerKeyValue = keyValue!["layerKeyValue"] as Layer.Layer<TransactionStore, never, KeyValueStore.KeyValueStore>

TransactionStoreSuite.suite("the one of docs/custom-adapter.md", layerTest)

describe("the key-value store of docs/custom-adapter.md", () => {
  it.effect("is right for one process, and not for two", () =>
    Effect.gen(function* () {
      const data = yield* Effect.provide(KeyValueStore.KeyValueStore, KeyValueStore.layerMemory)
      const yielding = { ...data, get: (key: string) => Effect.tap(data.get(key), Effect.yieldNow) }
      const layer = layerKeyValue.pipe(Layer.provide(Layer.succeed(KeyValueStore.KeyValueStore, yielding)))
      assert.deepStrictEqual(yield* TransactionStoreContract.check(layer), { violations: [], unproven: [] })
      const { violations } = yield* TransactionStoreContract.check(layer, { second: layer })
      assert.deepStrictEqual(
        violations.map(({ name }) => name),
        ["B3: of 64 parallel takes of one id exactly one gets the record"]
      )
    })
  )
})
