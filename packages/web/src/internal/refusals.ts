/**
 * What Sentinel said lately to the refresh of a session whose access token is over, so that it is not asked again for each page.
 */
import type { Session } from "@le-auth/core/Session"
import { BoundedMap } from "@le-auth/core/shared/BoundedMap"
import * as Duration from "effect/Duration"

/** `Refused`: this session is of no use any more. `Unknown`: Sentinel could not say. */
export type Refusal = "Refused" | "Unknown"

/** The number of sessions of which something is kept. */
const capacity = 10_000
const keepFor = { Refused: Duration.toMillis("1 minute"), Unknown: Duration.toMillis("10 seconds") }

const idOf = ({ generation, key }: Session): string => `${key.toString()} ${generation}`

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
