/** An application with `createLeAuth`, over a Sentinel without a port. */
import { createLeAuth, type LeAuth, type LeAuthError, isLeAuthError, type Logger, type Options } from "../src/index.ts"
import { Browser, credentials, origin, redirectUri, start, type TestSentinel } from "./Sentinel.ts"

export interface Application {
  readonly auth: LeAuth
  readonly sentinel: TestSentinel
  readonly browser: () => Browser
  /** What was logged, a line for each call. */
  readonly lines: ReadonlyArray<string>
}

/** Keeps what it is told. */
export const recorder = () => {
  const lines: Array<string> = []
  const take =
    (level: string): Logger["info"] =>
    (message, fields) =>
      void lines.push(`${level} ${message} ${JSON.stringify(fields)}`)
  const logger: Logger = { info: take("info"), warn: take("warn"), error: take("error") }
  return { lines, logger }
}

/** What a test has to end. Give it to `afterEach`. */
export const cleanup = () => {
  const ends: Array<() => Promise<unknown>> = []
  const end = async () => {
    for (const each of ends.splice(0).toReversed()) await each()
  }
  const make = (options: Options = {}): Application => {
    const { lines, logger } = recorder()
    const sentinel = start()
    const auth = createLeAuth({
      ...(options.installations === undefined ? credentials : {}),
      redirectUri,
      domainApi: origin,
      fetch: sentinel.fetch,
      logger,
      env: {},
      ...options
    })
    ends.push(sentinel.dispose, auth.dispose)
    return { auth, sentinel, lines, browser: () => new Browser(auth.handler, sentinel.handler) }
  }
  return { end, ends, make }
}

/** The error that a promise rejects with. */
export const rejection = async (promise: Promise<unknown>): Promise<LeAuthError> => {
  try {
    await promise
  } catch (error) {
    if (isLeAuthError(error)) return error
    throw error
  }
  throw new Error("It did not reject")
}
