/** Times as Redis takes them. */
import * as Duration from "effect/Duration"

/** A time to live as Redis takes it: whole milliseconds, never shorter. */
export const milliseconds = (duration: Duration.Duration): string =>
  `${Math.max(1, Math.ceil(Duration.toMillis(duration)))}`
