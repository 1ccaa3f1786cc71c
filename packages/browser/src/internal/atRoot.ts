/** The default of this package: the paths of `@le-auth/web`, which begin with none of their own. */
import type { Backend } from "@le-auth/page"

/** The options of `@le-auth/page`, whose own default is `/auth`, with the default of this package. */
export const atRoot = <O extends Backend>(options?: O) => ({ ...options, basePath: options?.basePath ?? "/" })
