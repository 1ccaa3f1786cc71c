// `@le-auth/server`: what Node needs is apart from what a worker has, and each engine of a store is loaded if a store
// needs it.
import { readableBundle } from "./readableBundle.ts"

export default readableBundle({
  input: { index: "src/index.ts", check: "src/check.ts", "internal/worker": "src/internal/worker.ts" },
  absent: ["@opentelemetry/api", "@node-rs/xxhash"],
  // `redis` is its client and four extensions for things that no store of ours has.
  alias: { redis: "@redis/client" },
  groups: [
    // What more than one part needs is in two files and not in twenty. Both are free of Node.
    { name: "effect", test: /node_modules[\\/]effect[\\/]/, minShareCount: 2 },
    { name: "le-auth", test: /packages[\\/](?:core|web)[\\/]/, minShareCount: 2 },
    // What is loaded later, by the names under which people know it.
    { name: "undici", test: /node_modules[\\/]undici[\\/]/ },
    { name: "redis", test: /node_modules[\\/]@redis[\\/]/ }
  ]
})
