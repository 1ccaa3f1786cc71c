// Writes a page for each contract into build/docs, to read and to search: `npm run docs`. Each is one file, which needs
// a script, but no network. Sentinel serves none of them: a page is 3 MB, and its port is for signing in.
import fs from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

import * as HttpApiScalar from "effect/http-api/HttpApiScalar"
import * as HttpRouter from "effect/http/HttpRouter"

import { contracts } from "./contracts.ts"

/** Nothing from elsewhere; and from a file no request would reach a Sentinel. */
const scalar = { withDefaultFonts: false, hideTestRequestButton: true }

/** The pages by file name. */
export const pages = {
  "sentinel.html": HttpApiScalar.layer(contracts.sentinel, { scalar }),
  "domains.html": HttpApiScalar.layer(contracts.domains, { scalar }),
  "control.html": HttpApiScalar.layer(contracts.control, { scalar })
}

/** The text of a page. */
export async function textOf(page: (typeof pages)[keyof typeof pages]) {
  const { dispose, handler } = HttpRouter.toWebHandler(page, { disableLogger: true })
  try {
    const answer = await handler(new Request("http://localhost/docs"))
    return await answer.text()
  } finally {
    await dispose()
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = fileURLToPath(new URL("../../build/docs", import.meta.url))
  fs.mkdirSync(folder, { recursive: true })
  for (const [name, page] of Object.entries(pages)) fs.writeFileSync(path.join(folder, name), await textOf(page))
  console.log(`${Object.keys(pages).join(", ")} in ${folder}`)
}
