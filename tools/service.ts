// How a file of tests asks for what tools/services.ts has for all files.
import { once } from "node:events"
import { get } from "node:http"
import path from "node:path"
import { text } from "node:stream/consumers"

import { inject } from "vitest"

/** Where the server is that a module of `tools` starts. @param {URL} module */
export async function urlOf(module) {
  const [answer] = await once(get(`${inject("services")}/${path.basename(module.pathname)}`), "response")
  const said = await text(answer)
  if (answer.statusCode !== 200) throw new Error(said)
  return said
}
