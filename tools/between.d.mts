/** Tokens are given so many milliseconds late, so that others have the time to ask as well, or to end. */
export function between(
  sentinel: string,
  initialDelay: number
): Promise<{
  readonly origin: string
  /** How many refreshes were asked for. */
  readonly refreshes: () => number
  /** From the next answer on. */
  readonly setDelay: (milliseconds: number) => void
  /** Until tokens are asked for, from when this is called. */
  readonly asked: () => Promise<unknown>
  /** Until that is answered, from when this is called. */
  readonly answered: () => Promise<unknown>
  readonly close: () => Promise<unknown>
}>
