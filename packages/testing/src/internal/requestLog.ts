/** What came in, and who waits for more of it. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { isTo, type ReceivedRequest, type RequestTarget } from "../ReceivedRequest.ts"

export class RequestLog {
  readonly #received: Array<ReceivedRequest> = []
  readonly #waiting: Array<{
    readonly target: RequestTarget
    readonly count: number
    readonly come: Deferred.Deferred<void>
  }> = []

  to(target: RequestTarget): ReadonlyArray<ReceivedRequest> {
    return this.#received.filter((request) => isTo(request, target))
  }

  add(request: ReceivedRequest): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.#received.push(request)
      const satisfied = this.#waiting.filter(({ count, target }) => this.to(target).length >= count)
      return Effect.forEach(satisfied, ({ come }) => Deferred.succeed(come, undefined), { discard: true })
    })
  }

  until(target: RequestTarget, count: number): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (this.to(target).length >= count) return Effect.void
      return Effect.flatMap(Deferred.make<void>(), (come) => {
        this.#waiting.push({ target, count, come })
        return Deferred.await(come)
      })
    })
  }
}
