/** The entry for workers: `createLeAuth` over fetch and Web Crypto, without anything of Node. */
import type { LeAuth } from "../LeAuth.ts"
import type { Options } from "../Options.ts"
import { makeCreateLeAuth } from "./create.ts"
import { platform } from "./fetchPlatform.ts"

export * from "../LeAuthError.ts"

export const createLeAuth: (options?: Options) => LeAuth = makeCreateLeAuth(() => Promise.resolve(platform))
