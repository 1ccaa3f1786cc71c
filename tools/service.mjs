// How a file of tests asks for what tools/services.mjs has for all files.
import { once } from "node:events"
import { get } from "node:http"
import { text } from "node:stream/consumers"

import { inject } from "vitest"

/** @param {"postgres" | "redis" | "cli" | "server"} name */
export async function urlOf(name) {
  const [answer] = await once(get(`${inject("services")}/${name}`), "response")
  const said = await text(answer)
  if (answer.statusCode !== 200) throw new Error(said)
  return said
}
