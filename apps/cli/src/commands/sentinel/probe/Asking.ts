/**
 * The way of every request of the probe: shown before it is sent, at LivePerson's pace, and none after the first 429.
 */
import * as Origin from "@le-auth/core/Origin"
import type * as Transport from "@le-auth/core/Transport"
import type { TransportProblem } from "@le-auth/core/TransportProblem"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { text, type Text } from "../../../terminal/TerminalText.ts"

/** Why nothing more is sent. */
export type Ended = "RateLimited" | "Blocked" | "NoAnswer"

export const inWords: Readonly<Record<Ended, Text>> = {
  RateLimited: text`The probe stopped: Sentinel has had too many requests (429). Wait a while before the next one.`,
  Blocked: text`The probe stopped: LivePerson Support has blocked the account or user name (451).`,
  NoAnswer: text`The probe stopped: three requests in a row had no answer that could be used. Try again later.`
}

export interface Asking {
  readonly transport: Transport.Transport["Service"]
  /** Says what the next requests are for. */
  readonly announce: (what: string) => Effect.Effect<void>
  readonly ended: () => Ended | undefined
  /** The number of requests that were sent. */
  readonly count: () => number
  /** The last answer to a request at this path. */
  readonly last: (path: string) => Transport.Answer | undefined
}

/** Between log-in calls, and between any two. LivePerson publishes no limit; these are its pauses after a 429. */
export const pauses = { logIn: Duration.seconds(5), any: Duration.seconds(1) }

const pathOf = (url: string): string => URL.parse(url)?.pathname ?? ""
const isLogIn = (url: string): boolean => /\/token(?:\/revoke)?$/.test(pathOf(url))
/** A Sentinel on this computer has no limits to keep. */
const isLocal = (url: string): boolean => Origin.isLoopback(URL.parse(url)?.host ?? "")

/** A row of this length ends the probe. */
const mostFailures = 3

export const make = (options: {
  readonly transport: Transport.Transport["Service"]
  readonly announce: Asking["announce"]
  readonly show: (request: Transport.Request) => Effect.Effect<void>
}): Asking => {
  let ended: Ended | undefined
  let failures = 0
  let count = 0
  const last = { any: Number.NEGATIVE_INFINITY, logIn: Number.NEGATIVE_INFINITY }
  const answers = new Map<string, Transport.Answer>()

  const wait = Effect.fnUntraced(function* ({ url }: Transport.Request) {
    if (!isLocal(url)) {
      const due = Math.max(
        last.any + Duration.toMillis(pauses.any),
        isLogIn(url) ? last.logIn + Duration.toMillis(pauses.logIn) : 0
      )
      // Also where a sign-in must not be interrupted: until the request is sent, nothing is lost.
      yield* Effect.interruptible(Effect.sleep(Math.max(0, due - (yield* Clock.currentTimeMillis))))
    }
    last.any = yield* Clock.currentTimeMillis
    if (isLogIn(url)) last.logIn = last.any
  })

  const failed = () => {
    failures += 1
    if (failures === mostFailures) ended ??= "NoAnswer"
  }

  const noteAnswer = (request: Transport.Request, answer: Transport.Answer) => {
    answers.set(pathOf(request.url), answer)
    if (answer.status === 429) ended ??= "RateLimited"
    else if (answer.status === 451) ended ??= "Blocked"
    else if (answer.status >= 500) failed()
    else failures = 0
  }

  const send = (request: Transport.Request): Effect.Effect<Transport.Answer, TransportProblem> =>
    wait(request).pipe(
      Effect.andThen(options.show(request)),
      Effect.andThen(Effect.sync(() => void (count += 1))),
      Effect.andThen(options.transport.send(request)),
      Effect.tap((answer) => Effect.sync(() => noteAnswer(request, answer))),
      Effect.tapError(() => Effect.sync(failed))
    )

  return {
    transport: { send },
    announce: options.announce,
    ended: () => ended,
    count: () => count,
    last: (path) => answers.get(path)
  }
}
