/**
 * A Sentinel that rotates strictly: a refresh token that comes a second time ends its grant, as theft (RFC 9700 section
 * 4.14.2).
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { fakeSentinel, type TokenAnswer } from "../FakeSentinel.ts"

const tokensOf = (grant: string, serial: number) => ({
  access_token: `${grant}.${serial}.access`,
  refresh_token: `${grant}.${serial}.refresh`
})

/** What a request for tokens is answered with that is held back: as usual, or not, so that its token is not spent. */
export type Answering = (usual: () => TokenAnswer) => TokenAnswer

export const rotatingSentinel = Effect.map(fakeSentinel, (sentinel) => {
  /** The serial of the one refresh token of a grant that works. */
  const live = new Map<string, number>()
  const asked: Array<string> = []
  const held = new Map<string, (usual: () => TokenAnswer) => Effect.Effect<TokenAnswer>>()

  const rotate = (token: string): TokenAnswer => {
    const [grant = "", serial] = token.split(".")
    const isLive = live.get(grant) === Number(serial)
    live.delete(grant)
    if (!isLive) return [400, { error: "invalid_grant" }]
    live.set(grant, Number(serial) + 1)
    return [200, { ...tokensOf(grant, Number(serial) + 1), token_type: "Bearer", expires_in: 3600 }]
  }
  sentinel.tokenAnswer = async (form) => {
    const token = form.get("refresh_token")!
    asked.push(token)
    const usual = () => rotate(token)
    const holding = held.get(token)
    held.delete(token)
    return holding === undefined ? usual() : Effect.runPromise(holding(usual))
  }

  return {
    origin: sentinel.origin,
    tokensOf,
    /** The tokens of a new grant. */
    begin: (grant: string) => {
      live.set(grant, 0)
      return tokensOf(grant, 0)
    },
    /** The refresh tokens of a grant that came, in their order. */
    asked: (grant: string) => asked.filter((token) => token.startsWith(`${grant}.`)),
    /** Decides about the next request with this refresh token when it arrives, and holds the answer back. */
    hold: (token: string, answering: Answering) => {
      const arrived = Deferred.makeUnsafe<void>()
      const released = Deferred.makeUnsafe<void>()
      held.set(token, (usual) =>
        Effect.suspend(() => {
          const answer = answering(usual)
          Deferred.doneUnsafe(arrived, Effect.void)
          return Effect.as(Deferred.await(released), answer)
        })
      )
      return { arrived: Deferred.await(arrived), release: Deferred.succeed(released, undefined) }
    }
  }
})
