/** Builds something with its first use, again after a failure, and ends it when its last use is over. */

export interface Built {
  readonly dispose: () => Promise<void>
}

/** A failed build is not tried again sooner. */
const pauseAfterFailure = 1000
/** What is under way at the end may take so long. Docker kills after ten seconds. */
const drainTimeout = 8000

const after = (milliseconds: number) => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const passed = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)))
  return { passed, clear: () => clearTimeout(timer) }
}

export const make = <A extends Built>(options: {
  readonly build: () => Promise<A>
  /** What every use ends with after the end. */
  readonly over: () => Error
}) => {
  let attempt: Promise<A> | undefined
  let made: A | undefined
  let failedAt: number | undefined
  let ending: Promise<void> | undefined
  const underWay = new Set<Promise<unknown>>()

  const built = (): Promise<A> => {
    if (attempt === undefined || (failedAt !== undefined && performance.now() - failedAt >= pauseAfterFailure)) {
      failedAt = undefined
      attempt = options.build()
      attempt.then(
        (built) => (made = built),
        () => (failedAt = performance.now())
      )
    }
    return attempt
  }

  /** Something that the end waits for. */
  const tracking = <B>(promise: Promise<B>): Promise<B> => {
    const end = () => void underWay.delete(settled)
    const settled = promise.then(end, end)
    underWay.add(settled)
    return promise
  }

  const end = async () => {
    const limit = after(drainTimeout)
    // What is under way may begin something more, such as the body of its answer.
    const drained = (async () => {
      while (underWay.size > 0) await Promise.all(underWay)
    })()
    await Promise.race([drained, limit.passed])
    limit.clear()
    await (await attempt?.catch(() => undefined))?.dispose()
  }

  /** With what is there already, without the steps to it. */
  const now = async <B>(built: A, run: (built: A) => Promise<B>): Promise<B> => run(built)

  return {
    use: <B>(run: (built: A) => Promise<B>): Promise<B> => {
      if (ending !== undefined) return Promise.reject(options.over())
      return tracking(made === undefined ? built().then(run) : now(made, run))
    },
    tracking,
    isOver: () => ending !== undefined,
    dispose: (): Promise<void> => (ending ??= end())
  }
}
