/** Several nodes of Sentinel at one PostgreSQL. */
import * as PostgresDatabase from "../PostgresDatabase.ts"
import { provesDirectory } from "./directory.ts"
import { postgresDump } from "./dumps.ts"
import { provesProcesses } from "./sentinelProcesses.ts"
import { provesSigningKeys } from "./signingKeys.ts"

const server = PostgresDatabase.ofThisFile()

provesProcesses("PostgreSQL", () => server.url)
provesSigningKeys("PostgreSQL", PostgresDatabase.make, (url) => postgresDump(() => url))
provesDirectory("PostgreSQL", PostgresDatabase.make, (url) => postgresDump(() => url))
