/** A port that closes while clients ask: no client is reset that asked before the last answer. */
import { assert, describe, it } from "@effect/vitest"
import * as NodeListener from "@le-auth/node/NodeListener"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { once } from "node:events"
import type * as Http from "node:http"
import * as Net from "node:net"
import { clients, exchange, resets } from "../../../tools/hostile-clients.ts"

/** For more of them: LE_AUTH_STOPS=100. */
const stops = Number(process.env["LE_AUTH_STOPS"] ?? "5")

const portOf = (server: Http.Server) => (server.address() as Net.AddressInfo).port

const open = Effect.map(NodeListener.open({ port: 0 }), ({ drain, server }) => {
  server.on("request", (_request, response) => void setTimeout(() => response.end("answer"), 1))
  return { drain, server, port: portOf(server) }
})

describe("a stop", () => {
  it.live(
    "R93: resets no request that began before the last answer, with eight clients that connect for each",
    () =>
      Effect.gen(function* () {
        for (let stop = 0; stop < stops; stop++) {
          const met = yield* Effect.scoped(
            Effect.gen(function* () {
              const { drain, port } = yield* open
              const eight = clients(port, { path: "/" })
              yield* Effect.promise(() => eight.answered(100))
              yield* drain(5000)
              return yield* Effect.promise(() => eight.ended)
            })
          )
          assert.deepStrictEqual(resets(met), [])
          const others = met.filter(({ what }) => what !== "200" && what !== "ECONNREFUSED")
          assert.deepStrictEqual(others, [], "after the last answer the port refuses, and resets no client either")
        }
      }),
    600_000
  )

  it.live("answers requests while it lingers, and says that the connection closes, also on connections of before", () =>
    Effect.gen(function* () {
      const { drain, port, server } = yield* open
      const begun = Effect.promise(() => once(server, "request"))
      const kept = Net.connect(port, "127.0.0.1")
      let text = ""
      kept.setEncoding("latin1").on("data", (part: string) => void (text += part))
      kept.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      yield* begun
      const drained = yield* Effect.forkChild(drain(5000))
      const later = yield* Effect.promise(() => exchange(port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"))
      assert.match(later, /^HTTP\/1.1 200 [^]*connection: close\r\n/i)
      if (!kept.destroyed) yield* Effect.promise(() => once(kept, "close"))
      assert.match(text, /^HTTP\/1.1 200 [^]*connection: close\r\n/i)
      yield* Fiber.join(drained)
    })
  )

  it.live("leaves what a program has put around the events of the server, to watch requests", () =>
    Effect.gen(function* () {
      const { drain, port, server } = yield* open
      const watched: Array<string> = []
      const { emit } = server
      const watching: typeof server.emit = (event: string, ...values: Array<unknown>) => {
        if (event === "request") watched.push(event)
        return Reflect.apply(emit, server, [event, ...values]) as boolean
      }
      server.emit = watching
      const lasting = clients(port, { path: "/" })
      yield* Effect.promise(() => lasting.answered(20))
      yield* drain(5000)
      const met = yield* Effect.promise(() => lasting.ended)
      assert.lengthOf(watched, met.filter(({ what }) => what === "200").length)
      assert.strictEqual(server.emit, watching)
    })
  )

  it.live("says first that it is about to stop", () =>
    Effect.gen(function* () {
      const heard: Array<string> = []
      const hooks: NodeListener.ListenerHooks = {
        refused: () => Effect.succeed(""),
        dropped: () => undefined,
        draining: () => void heard.push("draining")
      }
      const { drain, server } = yield* NodeListener.open({ port: 0, hooks })
      server.on("close", () => void heard.push("closed"))
      yield* drain(1000)
      assert.deepStrictEqual(heard, ["draining", "closed"])
    })
  )
})
