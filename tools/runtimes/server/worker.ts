// The application over `@le-auth/server` on workerd, with stores of its own. Its settings are the worker's bindings.
import { createLeAuth } from "@le-auth/server"

import { mapStores } from "../../../packages/server/test/MapStores.ts"
import { api, handlerOf } from "./application.ts"

const store = mapStores()
let made: ReturnType<typeof handlerOf> | undefined

export default {
  fetch: (request: Request, env: Readonly<Record<string, string>>) =>
    (made ??= handlerOf(createLeAuth({ api, env, store })))(request)
}
