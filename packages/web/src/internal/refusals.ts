/**
 * Sentinel's last answers to the refresh of sessions whose access token has ended, so that it is not asked again for
 * each page.
 */
import type { Session } from "@le-auth/core/Session"
import { BoundedMap } from "@le-auth/core/shared/BoundedMap"
import * as Duration from "effect/Duration"

/** `Refused`: Sentinel gives this session no more tokens. `Unknown`: Sentinel could not be asked. */
export type Refusal = "Refused" | "Unknown"

/** Maximum sessions whose answers are kept. */
const capacity = 10_000
const keepFor = { Refused: Duration.toMillis("1 minute"), Unknown: Duration.toMillis("10 seconds") }

const idOf = ({ generation, key }: Session): string => `${key.toString()} ${generation}`

/** The last answers, each kept for at most a minute. */
export class Refusals {
  readonly #recent = new BoundedMap<{ readonly refusal: Refusal; readonly until: number }>({
    capacity,
    lifetime: Math.max(...Object.values(keepFor))
  })

  find(session: Session, now: number): Refusal | undefined {
    const known = this.#recent.get(idOf(session), now)
    return known !== undefined && now < known.until ? known.refusal : undefined
  }

  note(session: Session, refusal: Refusal, now: number): void {
    this.#recent.set(idOf(session), { refusal, until: now + keepFor[refusal] }, now)
  }
}
