/** Several nodes of Sentinel at one PostgreSQL. */
import * as Services from "../Services.ts"
import { provesDirectory } from "./directory.ts"
import { postgresDump } from "./dumps.ts"
import { provesProcesses } from "./sentinelProcesses.ts"
import { provesSigningKeys } from "./signingKeys.ts"

const server = Services.postgres()

provesProcesses("PostgreSQL", () => server.url)
provesSigningKeys("PostgreSQL", Services.newDatabase, (url) => postgresDump(() => url))
provesDirectory("PostgreSQL", Services.newDatabase, (url) => postgresDump(() => url))
