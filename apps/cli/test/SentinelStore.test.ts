import { fetch } from "@effect/platform-node/Undici"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { afterAll, assert, describe, it } from "vitest"
import * as PostgresDatabase from "../../../packages/node/test/PostgresDatabase.ts"
import { type Environment, run, start, temporaryDirectory } from "./Cli.ts"
import { application, authorize, redeem, refresh } from "./sentinel/SignedIn.ts"
import { dial, request } from "./sentinel/Wire.ts"

const directory = temporaryDirectory()
afterAll(() => Fs.rmSync(directory, { recursive: true }))

const postgres = PostgresDatabase.ofThisFile()

const seal = { LE_AUTH_SEAL_KEYS: "a secret of forty-three characters or more...." }

const running = async (store: string, env: Environment = {}) => {
  const sentinel = start(["sentinel", "start", "--port", "0", "--json"], { ...env, SENTINEL_STORE: store })
  const said = JSON.parse((await sentinel.output(/^\{.*\}$/m))[0])
  return { ...sentinel, said, origin: said.address as string, control: said.control as string }
}

const keyIds = async (origin: string): Promise<ReadonlyArray<string>> => {
  const { keys } = (await (await fetch(`${origin}/sentinel/well-known/jwks`)).json()) as {
    keys: Array<{ kid: string }>
  }
  return keys.map(({ kid }) => kid)
}

const engines = [
  { name: "SQLite", store: () => `sqlite:${Path.join(directory, "state", "sentinel.sqlite")}`, env: {} },
  { name: "PostgreSQL", store: () => postgres.url, env: seal }
]

describe("le-auth sentinel start --store", () => {
  for (const { env, name, store } of engines) {
    it(`R65: what was promised over ${name} holds after kill -9: sessions, used codes, the signing key`, async () => {
      const first = await running(store(), env)
      const code = await authorize(first.origin)
      const tokens = await redeem(first.origin, code)
      assert.strictEqual(tokens.status, 200)
      const spare = await authorize(first.origin)
      const keys = await keyIds(first.origin)
      first.child.kill("SIGKILL")
      await first.result

      const second = await running(store(), env)
      assert.deepStrictEqual(await keyIds(second.origin), keys)
      const again = await redeem(second.origin, spare)
      assert.strictEqual(again.status, 200)
      const rotated = await refresh(second.origin, again.body["refresh_token"])
      assert.strictEqual(rotated.status, 200)
      const used = await redeem(second.origin, code)
      assert.deepStrictEqual([used.status, used.body["error"]], [400, "invalid_grant"])
      // RFC 6749 section 4.1.2: a code that comes twice revokes what it gave.
      const revoked = await refresh(second.origin, tokens.body["refresh_token"])
      assert.deepStrictEqual([revoked.status, revoked.body["error"]], [400, "invalid_grant"])
      second.child.kill()
      const { code: exitCode, stderr, stdout } = await second.result
      assert.strictEqual(exitCode, 0)
      assert.notInclude(stdout + stderr, "password")
    })

    it(`R93: a request that is under way when it stops still has ${name}, and all of it is in the log`, async () => {
      const sentinel = await running(store(), env)
      const { body } = await redeem(sentinel.origin, await authorize(sentinel.origin))
      const client = await dial(Number(new URL(sentinel.origin).port))
      const form = `${new URLSearchParams({ ...application, grant_type: "refresh_token", refresh_token: body["refresh_token"]! })}`
      client.send(
        request("POST /sentinel/api/account/12345678/token?v=1.0", {
          "Content-Type": "application/x-www-form-urlencoded",
          "Content-Length": form.length,
          Expect: "100-continue"
        })
      )
      // Its head is there.
      await client.answer(/100 Continue/)
      sentinel.child.kill()
      await sentinel.output(/"stopping"/)
      client.send(form)
      assert.include(await client.closed(), "access_token")
      const { code, stderr } = await sentinel.result
      assert.strictEqual(code, 0)
      assert.match(stderr, /"message":"request".*"status":200.*\n.*"stopped"/)
    })

    it(`R91: faults, clock and journal work over ${name}`, async () => {
      const sentinel = await running(store(), env)
      const tell = (...args: ReadonlyArray<string>) =>
        run(["sentinel", ...args], { SENTINEL_CONTROL: sentinel.control })
      const code = await authorize(sentinel.origin)
      const { body } = await redeem(sentinel.origin, code)
      await tell(
        "fault",
        "add",
        "oauth-error",
        "--route",
        "refresh",
        "--times",
        "1",
        "--set",
        "error=server_error",
        "--set",
        "status=503"
      )
      assert.strictEqual((await refresh(sentinel.origin, body["refresh_token"])).body["error"], "server_error")
      await tell("clock", "advance", "1 hour")
      assert.strictEqual((await refresh(sentinel.origin, body["refresh_token"])).status, 200)
      assert.strictEqual((await redeem(sentinel.origin, code)).status, 400)
      const { stdout } = await tell("journal", "--json")
      for (const text of ["code redeemed", "fault-1", "it was used before, 1h"]) assert.include(stdout, text)
      sentinel.child.kill()
      assert.strictEqual((await sentinel.result).code, 0)
    })
  }

  for (const { env, name, store } of engines) {
    it(`R70: two nodes over ${name}: keys are the same, and an installation is changed at one and refused at the other`, async () => {
      const [one, other] = await Promise.all([running(store(), env), running(store(), env)])
      assert.deepStrictEqual(await keyIds(one.origin), await keyIds(other.origin))
      const { body } = await redeem(other.origin, await authorize(one.origin))
      const change = async (enabled: boolean) =>
        fetch(`${one.control}/control/accounts/12345678/installations/22222222-2222-4222-8222-222222222222`, {
          method: "PATCH",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ enabled })
        })
      assert.strictEqual((await change(false)).status, 204)
      const isEnabled = async () => {
        const accounts = (await (await fetch(`${other.control}/control/accounts`)).json()) as Array<{
          installations: Array<{ client_id: string; enabled: boolean }>
        }>
        return accounts[0]!.installations.some(({ client_id, enabled }) => client_id.startsWith("2222") && enabled)
      }
      /** The time limit of the test ends it. */
      const until = async (enabled: boolean) => {
        while ((await isEnabled()) !== enabled);
      }
      await until(false)
      assert.strictEqual((await refresh(other.origin, body["refresh_token"])).body["error"], "invalid_client")
      assert.strictEqual((await change(true)).status, 204)
      await until(true)
      for (const node of [one, other]) {
        node.child.kill()
        assert.strictEqual((await node.result).code, 0)
      }
    })
  }

  it("says where sessions and tokens stay, without the password", async () => {
    const sentinel = start(["sentinel", "start", "--port", "0", "--store", postgres.url], seal)
    const { host, password, pathname, username } = new URL(postgres.url)
    const shown = `its sessions and tokens stay in postgres://${username}@${host}${pathname}`
    await sentinel.output(new RegExp(`${shown}$`, "m"))
    sentinel.child.kill()
    const { stderr, stdout } = await sentinel.result
    assert.notInclude(stdout + stderr, password)
    assert.notInclude(stdout, "forgets")
  })

  it("says that signing keys are not shared when there are no seal keys", async () => {
    const sentinel = await running(postgres.url)
    sentinel.child.kill()
    assert.include(
      (await sentinel.result).stderr,
      "Without LE_AUTH_SEAL_KEYS this process has a signing key of its own"
    )
  })

  for (const [what, store, message, exitCode] of [
    ["an unknown scheme", "mysql://u:planted@h/d", "--store: is none of memory:, sqlite:PATH, postgres://", 7],
    ["Redis", "redis://u:planted@h", "a used refresh token could work again. Use sqlite:PATH or postgres://", 7],
    ["a URL that does not parse", "postgres://u:planted#x@[h", "percent-encoding", 7],
    ["no path", "sqlite:", "--store: sqlite: needs a path", 7],
    [
      "a server that is not there",
      "postgres://u:planted@127.0.0.1:1/d",
      "postgres://u@127.0.0.1:1/d cannot be used: connect ECONNREFUSED",
      8
    ],
    ["a file that is not a database", `sqlite:${Path.join(directory, "text")}`, "file is not a database", 8]
  ] as const) {
    it(`R95: ${what} is a message without password`, async () => {
      Fs.writeFileSync(
        Path.join(directory, "text"),
        "no database, but a text that is long enough to be looked at\n".repeat(20)
      )
      const { code, stderr, stdout } = await run(["sentinel", "start", "--port", "0", "--store", store])
      assert.deepStrictEqual([code, stdout], [exitCode, ""])
      assert.include(stderr, message)
      assert.notInclude(stderr, "planted")
      assert.notInclude(stderr, "    at ")
    })
  }
})
