// How a file of tests asks for what tools/services.ts has for all files.
import { once } from "node:events"
import { get } from "node:http"
import path from "node:path"
import { text } from "node:stream/consumers"

import { inject } from "vitest"

declare module "vitest" {
  export interface ProvidedContext {
    /** Where tools/services.ts answers. */
    readonly services: string
  }
}

/** Where the server is that a module of `tools` starts. It starts when it is asked for the first time. */
export async function urlOf(module: URL) {
  const [answer] = await once(get(`${inject("services")}/${path.basename(module.pathname)}`), "response")
  const said = await text(answer)
  if (answer.statusCode !== 200) throw new Error(said)
  return said
}
