// Another process at the signing keys of a database: `URL`. Says the id of the key that it signs with.
import * as Effect from "effect/Effect"
import { keysNode } from "./sentinelNodes.ts"

const kid = Effect.gen(function* () {
  const keys = yield* keysNode(process.argv[2] ?? "")
  return JSON.parse(atob((yield* keys.sign({})).split(".")[0]!)).kid as string
})
process.stdout.write(`${await Effect.runPromise(Effect.scoped(kid))}\n`)
process.exit(0)
