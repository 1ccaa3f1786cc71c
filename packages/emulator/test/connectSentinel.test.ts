import { once } from "node:events"
import * as Http from "node:http"
import type * as Net from "node:net"

import * as NodeCrypto from "@le-auth/node/NodeCrypto"
import * as NodeServe from "@le-auth/node/NodeServe"
import * as Control from "@le-auth/sentinel/Control"
import * as ControlServer from "@le-auth/sentinel/ControlServer"
import * as RandomSecret from "@le-auth/sentinel/RandomSecret"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { assert, describe, it } from "vitest"

import { freePort } from "../../../tools/free-port.ts"
import { connectSentinel, type EmulatorError, isEmulatorError, startSentinel } from "../src/index.ts"
import { exchange, signIn, signInUrl } from "./Applications.ts"

const failureOf = (promise: Promise<unknown>): Promise<EmulatorError> =>
  promise.then(
    () => assert.fail("It did not fail"),
    (error: unknown) => (isEmulatorError(error) ? error : assert.fail(String(error)))
  )

/** A server that answers as it is told, at its address. */
const answering = async (use: (origin: string) => Promise<void>, status: number, body: string) => {
  const server = Http.createServer((_, response) => response.writeHead(status).end(body)).listen(0, "127.0.0.1")
  await once(server, "listening")
  try {
    await use(`http://127.0.0.1:${(server.address() as Net.AddressInfo).port}`)
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

describe("connectSentinel", () => {
  it("does with a Sentinel elsewhere what can be done with one of this process", async () => {
    await using running = await startSentinel()
    await using sentinel = await connectSentinel(running.control.url ?? "")
    const program = { env: running.env, fetch }
    const { id_token } = await signIn(sentinel, program)
    assert.isTrue(id_token.length > 0)
    assert.include(await sentinel.deny(signInUrl(running)), "error=access_denied")
    assert.isTrue((await sentinel.token()).access_token.length > 0)
    await sentinel.snapshot("before")
    await sentinel.clock.advance({ by: "8h" })
    assert.strictEqual((await running.clock.state()).ahead, "8h")
    await sentinel.restore("before")
    assert.strictEqual((await running.clock.state()).ahead, "0s")
    await sentinel.faults.add({ action: { type: "server-error" } })
    await sentinel.reset()
    assert.deepStrictEqual(await running.faults.list(), [])
    assert.strictEqual(sentinel.config.accounts[0].users[0]?.email, "agent@example.com")
    for await (const { kind } of sentinel.journal.follow()) {
      assert.isDefined(kind)
      break
    }
    await sentinel.stop()
    assert.strictEqual((await failureOf(sentinel.reset())).code, "Stopped")
    // Only the connection has ended.
    const callback = await running.approve(signInUrl(running))
    assert.isTrue((await exchange(program, callback)).ok)
  })

  it("ends a loop over the journal when it is stopped, as a Sentinel of this process does", async () => {
    await using running = await startSentinel()
    await running.token()
    for (const sentinel of [await connectSentinel(running.control.url ?? ""), running]) {
      const ended = await failureOf(
        (async () => {
          for await (const { route } of sentinel.journal.follow()) if (route === "token") await sentinel.stop()
        })()
      )
      assert.strictEqual(ended.code, "Stopped")
    }
  })

  it("brings the token of the control, and no error has it", async () => {
    const port = await freePort()
    const token = Redacted.value(Effect.runSync(Effect.provide(RandomSecret.make, NodeCrypto.layerServer)))
    const server = NodeServe.layerOf(ControlServer.layerWith({ token: Redacted.make(token) }), { port }).pipe(
      Layer.provide(Control.layerMemory(SentinelConfig.development())),
      Layer.provide(NodeCrypto.layerServer)
    )
    const scoped = Effect.scoped(
      Effect.andThen(
        Layer.build(server),
        Effect.promise(async () => {
          const origin = `http://127.0.0.1:${port}`
          assert.strictEqual((await failureOf(connectSentinel(origin))).code, "TokenRequired")
          const wrong = `${token}a`
          const { code, message } = await failureOf(connectSentinel(origin, { token: wrong }))
          assert.strictEqual(code, "TokenRequired")
          assert.notInclude(message, token)
          const sentinel = await connectSentinel(new URL(origin), { token })
          assert.deepStrictEqual(await sentinel.faults.list(), [])
          // Nothing signs in there, since it is a control alone.
          assert.strictEqual((await failureOf(sentinel.token())).code, "NotSupported")
        })
      )
    )
    await Effect.runPromise(scoped)
  })

  it("says what is there in place of a control", async () => {
    const nothing = `http://127.0.0.1:${await freePort()}`
    const { code, message } = await failureOf(connectSentinel(nothing))
    assert.deepStrictEqual([code, message.includes("ECONNREFUSED")], ["Unreachable", true])
    for (const [status, body] of [
      [404, ""],
      [500, "<html>"],
      [200, "<html>"],
      [200, "{}"],
      [200, "[]"],
      [200, "null"],
      [302, ""]
    ] as const) {
      await answering(
        async (origin) => assert.strictEqual((await failureOf(connectSentinel(origin))).code, "BadAnswer", body),
        status,
        body
      )
    }
    // The address of Sentinel itself is a likely mistake.
    await using running = await startSentinel()
    assert.strictEqual((await failureOf(connectSentinel(running.url))).code, "BadAnswer")
    for (const wrong of ["localhost:4402", "", "ftp://localhost", 5]) {
      assert.strictEqual((await failureOf(connectSentinel(wrong as string))).code, "InvalidOptions")
    }
  })

  it("refuses a token that no header can have, and no error has it", async () => {
    const options = [..."\n\r\0 é漢"].map((wrong) => ({ token: `the${wrong}token` }))
    for (const wrong of [...options, { token: 5 }, { token: "" }, "the-token", null]) {
      const { code, message } = await failureOf(connectSentinel("http://localhost:4402", wrong as never))
      assert.deepStrictEqual([code, message.includes("the-token")], ["InvalidOptions", false])
      assert.notMatch(message, /the.token/s)
    }
  })

  it("says what a call lacks, before anything is sent", async () => {
    await using sentinel = await startSentinel({ listen: false })
    const { accounts, faults, state } = sentinel.control
    const wrong = [
      accounts.removeUser({ accountId: "12345678" } as never),
      accounts.removeUser({ accountId: "", userId: "" }),
      faults.remove(undefined as never),
      state.save("name" as never),
      state.save({ name: "no/name" }),
      // Each would ask for another address, such as that of all faults.
      faults.remove({ id: "." } as never),
      accounts.removeUser({ accountId: "..", userId: ".." }),
      sentinel.snapshot("\ud800"),
      faults.add({ action: 1n } as never),
      sentinel.approve(signInUrl(sentinel), "admin@example.com" as never),
      sentinel.approve(signInUrl(sentinel), null as never),
      faults.add(undefined as never),
      sentinel.snapshot(undefined as never),
      sentinel.clock.advance({ by: "soon" })
    ]
    for (const call of wrong) {
      const { code, problems } = await failureOf(call)
      assert.deepStrictEqual([code, problems.length > 0], ["InvalidChange", true])
    }
  })
})
