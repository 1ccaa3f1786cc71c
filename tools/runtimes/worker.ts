// The application on workerd, as a bundler gives it to it. Its settings are the bindings of the worker.
import * as FetchSignIn from "@le-auth/core/FetchSignIn"
import * as Seal from "@le-auth/core/Seal"

import { make } from "./application.ts"

/** @type {ReturnType<typeof make> | undefined} */
let made

export default {
  /** @param {Request} request @param {Readonly<Record<string, string>>} env */
  fetch: (request, env) =>
    (made ??= make({ signIn: FetchSignIn.layerServer, seal: Seal.layerWebCrypto }, env)).handler(request)
}
