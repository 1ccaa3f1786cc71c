/** The stores of docs/server.md. */
import * as RefreshLockSuite from "@le-auth/testing/RefreshLockSuite"
import * as SessionStoreSuite from "@le-auth/testing/SessionStoreSuite"
import * as TransactionStoreSuite from "@le-auth/testing/TransactionStoreSuite"
import * as Duration from "effect/Duration"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { afterAll } from "vitest"
import * as CustomStores from "../src/internal/customStores.ts"
import { makeStores } from "./first/stores.ts"

const folder = mkdtempSync(path.join(tmpdir(), "le-auth-stores-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const stores = () => makeStores(path.join(folder, "stores.sqlite"))
const lockTimeout = Duration.seconds(2)
const layer = CustomStores.layer(stores(), { lockTimeout })
const second = CustomStores.layer(stores(), { lockTimeout })

TransactionStoreSuite.suite("of the page", layer, { second })
SessionStoreSuite.suite("of the page", layer, { second })
RefreshLockSuite.suite("of the page", layer, { second, live: true, lockTimeout })
