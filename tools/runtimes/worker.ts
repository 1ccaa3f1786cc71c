// The application on workerd, as a bundler gives it to it. Its settings are the bindings of the worker.
import * as FetchSignIn from "@le-auth/core/FetchSignIn"
import * as Seal from "@le-auth/core/Seal"

import { make } from "./application.ts"

let made: ReturnType<typeof make> | undefined

export default {
  fetch: (request: Request, env: Readonly<Record<string, string>>) =>
    (made ??= make({ signIn: FetchSignIn.layerServer, seal: Seal.layerWebCrypto }, env)).handler(request)
}
