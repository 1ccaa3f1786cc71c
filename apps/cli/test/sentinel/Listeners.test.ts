/** R99: the ports of the command, and those of programs that embed a Sentinel, treat hostile clients alike. */
import { assert, describe, it } from "@effect/vitest"
import * as Origin from "@le-auth/core/Origin"
import * as NodeCrypto from "@le-auth/node/NodeCrypto"
import * as NodeListener from "@le-auth/node/NodeListener"
import * as NodeServe from "@le-auth/node/NodeServe"
import * as TlsKeyPair from "@le-auth/node/TlsKeyPair"
import * as ListenerHooks from "@le-auth/sentinel/ListenerHooks"
import * as Stopping from "@le-auth/sentinel/Stopping"
import * as Sentinel from "@le-auth/sentinel/Sentinel"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import type { AddressInfo } from "node:net"
import { certificate } from "../../../../tools/certificate.ts"
import { clients, exchange, hostile, resets } from "../../../../tools/hostile-clients.ts"
import { freePort, start } from "../Cli.ts"
import { request, statusOf } from "./Wire.ts"

const quiet = Logger.layer([])

const expectAlike = async (port: number, secure = false) => {
  for (const { has, status, text, what } of hostile(port)) {
    const answer = await exchange(port, text, secure)
    assert.strictEqual(statusOf(answer), String(status), `${what}: ${answer}`)
    if (has !== undefined) assert.match(answer, has, what)
  }
}

/** A client that is too slow is refused after ten seconds, no matter where. */
const expectPatience = async (port: number, secure = false) => {
  const began = performance.now()
  const answer = await exchange(port, "GET / HTTP/1.1\r\nHost: x\r\n", secure)
  assert.strictEqual(statusOf(answer), "408", answer)
  assert.include(answer, "did not arrive in time")
  assert.closeTo(performance.now() - began, 10_500, 2500)
}

/** The stop itself, while eight clients ask. */
const expectNoResets = async (port: number, path: string, stop: () => unknown, secure = false) => {
  const eight = clients(port, { path, secure })
  await eight.answered(50)
  await stop()
  const met = await eight.ended
  assert.deepStrictEqual(resets(met), [])
}

// Side by side: most of it is to wait for a listener's time limit.
describe("R99, R93: limits, refusals and draining", { timeout: 60_000, concurrent: true }, () => {
  it.live("are those of le-auth sentinel start, on its main port, that for operators and the control", () =>
    Effect.promise(async () => {
      const [port, operations, control] = [await freePort(), await freePort(), await freePort()]
      const flags = [
        `--port=${port}`,
        `--operations-port=${operations}`,
        `--control-port=${control}`,
        "--no-access-log"
      ]
      const sentinel = start(["sentinel", "start", ...flags])
      try {
        await sentinel.output(/Ctrl-C stops it/)
        for (const each of [port, operations, control]) await expectAlike(each)
        await Promise.all([port, operations, control].map((each) => expectPatience(each)))
        const told = { isTold: false }
        const kill = () => {
          if (!told.isTold) sentinel.child.kill("SIGTERM")
          told.isTold = true
        }
        await Promise.all([
          expectNoResets(port, "/health/ready", kill),
          expectNoResets(operations, "/health/live", kill),
          expectNoResets(control, "/control/nothing", kill)
        ])
        assert.strictEqual((await sentinel.result).code, 0)
      } finally {
        sentinel.child.kill("SIGKILL")
      }
    })
  )

  it.live.each([
    { name: "as a layer", secure: false },
    { name: "as a layer, over TLS", secure: true }
  ])("are the same where a program embeds it $name", ({ secure }) =>
    Effect.gen(function* () {
      const port = yield* Effect.promise(freePort)
      const sentinel = Sentinel.layerServerWith({ tls: secure })
      const { cert, key } = certificate({ name: "localhost" })
      const tls = secure ? yield* TlsKeyPair.make({ certificate: cert, key: Redacted.make(key) }) : undefined
      const served = Layer.unwrap(
        Effect.map(ListenerHooks.make, (hooks) =>
          NodeServe.layerOf(Layer.provide(sentinel, Sentinel.layerMemory(SentinelConfig.development())), {
            port,
            hooks,
            tls
          })
        )
      ).pipe(Layer.provide([NodeCrypto.layerServer, Stopping.layer, quiet]))
      const running = yield* Effect.forkChild(Effect.scoped(Effect.andThen(Layer.build(served), Effect.never)))
      const ready = async (): Promise<string> =>
        statusOf(await exchange(port, request("GET /health/ready", { Connection: "close" }), secure))
      while ((yield* Effect.promise(ready)) !== "200") yield* Effect.sleep("20 millis")
      yield* Effect.promise(() => expectAlike(port, secure))
      yield* Effect.promise(() => expectPatience(port, secure))
      yield* Effect.promise(() => expectNoResets(port, "/health/live", () => running.interruptUnsafe(), secure))
    })
  )

  it.live("are the same where a program embeds it as a function of web requests", () =>
    Effect.gen(function* () {
      const port = yield* Effect.promise(freePort)
      const settings = Layer.mergeAll(NodeCrypto.layerServer, Stopping.layer, quiet)
      const context = yield* Layer.build(settings)
      const hooks = yield* Effect.provideContext(ListenerHooks.make, context)
      const served = Sentinel.toWebHandler(
        { publicOrigin: Origin.fromHost(`localhost:${port}`) },
        Sentinel.layerMemory(SentinelConfig.development()).pipe(Layer.provideMerge(Layer.succeedContext(context)))
      )
      const listening = yield* Effect.promise(() => NodeServe.listen(served, { port, hooks }))
      yield* Effect.promise(() => expectAlike(port))
      yield* Effect.promise(() => expectPatience(port))
      yield* Effect.promise(() => expectNoResets(port, "/health/live", () => void listening.close()))
    })
  )

  it.live("turn ready red before the port closes", () =>
    Effect.gen(function* () {
      const hooks = yield* ListenerHooks.make
      const context = yield* Layer.build(
        Sentinel.layerServer.pipe(
          Layer.provideMerge(NodeListener.layer({ port: 0, hooks })),
          Layer.provide(Sentinel.layerMemory(SentinelConfig.development()))
        )
      )
      const { drain, server } = Context.get(context, NodeListener.NodeListener)
      const { port } = server.address() as AddressInfo
      const ready = Effect.promise(async () =>
        statusOf(await exchange(port, request("GET /health/ready", { Connection: "close" })))
      )
      assert.strictEqual(yield* ready, "200")
      const drained = yield* Effect.forkChild(drain(5000), { startImmediately: true })
      assert.strictEqual(yield* ready, "503")
      yield* Fiber.join(drained)
    }).pipe(Effect.provide([NodeCrypto.layerServer, Stopping.layer, quiet]))
  )
})
