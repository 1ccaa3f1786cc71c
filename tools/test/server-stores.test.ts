// The engines of stores inside of the packed `@le-auth/server`: a session in each of them outlives the program that
// began it.
import { execFileSync } from "node:child_process"
import fs from "node:fs"
import os from "node:os"
import path from "node:path"
import { pathToFileURL } from "node:url"

import type * as Server from "@le-auth/server"
import { afterAll, assert, beforeAll, describe, it } from "vitest"

import * as PostgresDatabase from "../../packages/node/test/PostgresDatabase.ts"
import * as RedisDatabase from "../../packages/node/test/RedisDatabase.ts"
import { Browser, credentials, origin, redirectUri, start } from "../../packages/server/test/Sentinel.ts"
import { tarballs } from "../tarballs.ts"

const redis = RedisDatabase.ofThisFile()
const postgres = PostgresDatabase.ofThisFile()

let folder = ""
let createLeAuth: typeof Server.createLeAuth

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "le-auth-stores-"))
  const tarball = tarballs().find((file) => path.basename(file).startsWith("le-auth-server-")) ?? ""
  const installed = path.join(folder, "node_modules", "@le-auth", "server")
  fs.mkdirSync(installed, { recursive: true })
  execFileSync("tar", ["-xzf", tarball, "-C", installed, "--strip-components=1"])
  const entry = pathToFileURL(path.join(installed, "dist", "index.js")).href
  const server: typeof Server = await import(/* @vite-ignore */ entry)
  createLeAuth = server.createLeAuth
})

afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

describe("a session in the packed server's stores", () => {
  it.each([
    ["SQLite", () => `sqlite:${path.join(folder, "le-auth.sqlite")}`],
    ["Redis", () => redis.url],
    ["PostgreSQL", () => postgres.url]
  ])("outlives the program: %s", async (_, store) => {
    const sentinel = start()
    const silent = { info: () => {}, warn: () => {}, error: () => {} }
    const options = {
      ...credentials,
      redirectUri,
      domainApi: origin,
      fetch: sentinel.fetch,
      store: store(),
      sealKeys: [Buffer.alloc(32, 7).toString("base64")],
      logger: silent,
      env: {}
    }
    const first = createLeAuth(options)
    const browser = new Browser((request) => first.handler(request), sentinel.handler)
    await browser.signIn()
    const token = await first.accessToken(browser.headers)
    await first.dispose()

    const second = createLeAuth(options)
    try {
      assert.notStrictEqual(second, first)
      assert.strictEqual(await second.accessToken(browser.headers), token)
      await second.signOut(browser.headers)
      assert.deepStrictEqual(await second.session(browser.headers), { signedIn: false })
    } finally {
      await second.dispose()
      await sentinel.dispose()
    }
  })
})
