import type { NextConfig } from "next"

// As create-next-app has it. le-auth needs none of it.
export default { cacheComponents: true, partialPrefetching: true } satisfies NextConfig
