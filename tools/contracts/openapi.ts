// Writes docs/openapi from the contracts: `npm run openapi`. A test keeps them equal.
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

import * as OpenApi from "effect/http-api/OpenApi"

import { contracts } from "./contracts.ts"

const json = (document: unknown) => JSON.stringify(document, null, 2) + "\n"

/** The documents by file name. */
export const documents = {
  "sentinel.json": json(OpenApi.fromApi(contracts.sentinel)),
  "domains.json": json(OpenApi.fromApi(contracts.domains)),
  "control.json": json(OpenApi.fromApi(contracts.control))
}

export const folder = new URL("../../docs/openapi/", import.meta.url)

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, text] of Object.entries(documents)) writeFileSync(new URL(name, folder), text)
}
