// Writes docs/openapi from the contracts: `node --conditions=@le-auth/source tools/openapi.mjs`. A test keeps them equal.
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

import * as OpenApi from "effect/http-api/OpenApi"

import { DomainApi } from "@le-auth/core/DomainApi"
import { SentinelApi } from "@le-auth/core/SentinelApi"
import { ControlApi } from "@le-auth/sentinel/control/ControlApi"

/** The documents by file name. */
export const documents = {
  "sentinel.json": JSON.stringify(OpenApi.fromApi(SentinelApi), null, 2) + "\n",
  "domains.json": JSON.stringify(OpenApi.fromApi(DomainApi), null, 2) + "\n",
  "control.json": JSON.stringify(OpenApi.fromApi(ControlApi), null, 2) + "\n"
}

export const folder = new URL("../docs/openapi/", import.meta.url)

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, text] of Object.entries(documents)) writeFileSync(new URL(name, folder), text)
}
