// Writes docs/openapi from the contracts: `node --conditions=@le-auth/source tools/openapi.ts`. A test keeps them equal.
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

import * as OpenApi from "effect/http-api/OpenApi"

import { DomainApi } from "@le-auth/core/DomainApi"
import { SentinelApi } from "@le-auth/core/SentinelApi"
import { ControlApi } from "@le-auth/sentinel/ControlApi"

import { referenceOf } from "./reference.ts"

const sentinel = OpenApi.fromApi(SentinelApi)
const domains = OpenApi.fromApi(DomainApi)
const control = OpenApi.fromApi(ControlApi)
const json = (/** @type {unknown} */ document) => JSON.stringify(document, null, 2) + "\n"

/** The documents by file name. */
export const documents = {
  "sentinel.json": json(sentinel),
  "domains.json": json(domains),
  "control.json": json(control),
  "reference.html": referenceOf(JSON.parse(JSON.stringify([sentinel, domains, control])))
}

export const folder = new URL("../docs/openapi/", import.meta.url)

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, text] of Object.entries(documents)) writeFileSync(new URL(name, folder), text)
}
