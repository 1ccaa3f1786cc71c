/** A connection to a server that can be cut, as a network does it. */
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Net from "node:net"
import { tie } from "../../../../tools/tied-sockets.ts"

/** What becomes of a message and its connection. */
export const fates = ["question lost", "question in part", "answer lost", "answer in part"] as const
export type Fate = (typeof fates)[number]

/**
 * Passes on what comes to a port of its own, until it is cut; cut off, it takes no connection. Silent, it takes
 * everything, and passes on nothing. In a storm some messages lose their connection: before they arrive, in the middle,
 * or when they were obeyed and the answer is on its way back.
 */
export const cable = Effect.fnUntraced(function* (url: string) {
  const target = new URL(url)
  const random = yield* Random.Random
  const sockets = new Set<Net.Socket>()
  const cuts = new Map<Fate, number>(fates.map((fate) => [fate, 0]))
  let isCut = false
  let isSilent = false
  let chance = 0
  let drawn = 0

  const connect = (near: Net.Socket) => {
    if (isCut) return void near.destroy()
    if (isSilent) return void sockets.add(near.on("error", () => undefined).resume())
    const far = Net.connect(Number(target.port), target.hostname)
    let fate: Fate | undefined
    tie(sockets, near, far)
    /** Half of it still goes to one side, and then the other side is gone. */
    const cutAfter = (fate: Fate, side: Net.Socket, part: Uint8Array) => {
      cuts.set(fate, cuts.get(fate)! + 1)
      side.write(part, () => near.destroy())
    }
    const nothing = new Uint8Array()
    near.on("data", (question) => {
      if (isSilent) return
      fate ??= random.nextDoubleUnsafe() < chance ? fates[drawn++ % fates.length] : undefined
      if (fate === "question lost") cutAfter(fate, far, nothing)
      else if (fate === "question in part") cutAfter(fate, far, question.subarray(0, question.length / 2))
      else far.write(question)
    })
    far.on("data", (answer) => {
      if (isSilent) return
      if (fate === "answer lost") cutAfter(fate, near, nothing)
      else if (fate === "answer in part") cutAfter(fate, near, answer.subarray(0, answer.length / 2))
      else near.write(answer)
    })
  }

  const server = yield* Effect.acquireRelease(
    Effect.callback<Net.Server>((resume) => {
      const server = Net.createServer(connect)
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) =>
      Effect.sync(() => {
        server.close()
        for (const socket of sockets) socket.destroy()
      })
  )
  const near = new URL(url)
  near.port = String((server.address() as Net.AddressInfo).port)
  return {
    url: near.href,
    /** How often which happened. */
    cuts: cuts as ReadonlyMap<Fate, number>,
    cut: Effect.sync(() => {
      isCut = true
      for (const socket of sockets) socket.destroy()
    }),
    silence: Effect.sync(() => {
      isSilent = true
    }),
    mend: Effect.sync(() => {
      if (isSilent) for (const socket of sockets) socket.destroy()
      isCut = false
      isSilent = false
      chance = 0
    }),
    /** From now on a message is cut off with this probability. */
    storm: (probability: number) => Effect.sync(() => void (chance = probability))
  }
})

export type Cable = Effect.Success<ReturnType<typeof cable>>
