/**
 * Sentinel in the tests of Playwright.
 *
 * @since 0.1.0
 */
import { setTimeout } from "node:timers/promises"
import { type ConnectedSentinel, type Sentinel, startSentinel } from "./Emulator.ts"
import { anew } from "./internal/anew.ts"
import type { Options } from "./Options.ts"

/**
 * What {@link signIn} needs of a `Page` of Playwright.
 *
 * @category models
 * @since 0.1.0
 */
export interface SignInPage {
  readonly goto: (url: string) => Promise<unknown>
  readonly url: () => string
  readonly waitForRequest: (
    isWanted: (request: { readonly url: () => string }) => boolean,
    options: { readonly timeout: number }
  ) => Promise<{ readonly url: () => string }>
}

/**
 * What can be said about a sign-in.
 *
 * @category models
 * @since 0.1.0
 */
export interface SignInOptions {
  /** An e-mail address or an id. Default: the first user of the account. */
  readonly user?: string | undefined
}

/**
 * What each test has.
 *
 * @category models
 * @since 0.1.0
 */
export interface SentinelFixtures {
  /** Signs the page of the test in: `await signIn("/auth/login")`. See the function of this name. */
  readonly signIn: (url: string, options?: SignInOptions) => Promise<void>
  /** Resets Sentinel before each test, also one that does not ask for it. */
  readonly sentinelReset: void
}

/**
 * What each worker has.
 *
 * @category models
 * @since 0.1.0
 */
export interface SentinelWorkerFixtures {
  /** The Sentinel of the worker. */
  readonly sentinel: Sentinel
  /** How it starts. It is an option: `use: { sentinelOptions: { dialect: "rfc" } }` in the configuration. */
  readonly sentinelOptions: Options
}

type Use<A> = (value: A) => Promise<void>

const isAuthorization = (url: string) => /^\/sentinel\/api\/account\/[^/]+\/authorize$/.test(new URL(url).pathname)

/** In milliseconds, after the page has loaded: a script may send the browser to Sentinel later. */
const patience = 5000

/**
 * Signs a page in, without Sentinel's login page and without a password: opens `url`, where the application starts a
 * sign-in, follows it to Sentinel, and brings the callback back to the application. It rejects if the page was not sent
 * to Sentinel, and with an `EmulatorError` if Sentinel refuses.
 *
 * @example
 * ```ts
 * // compiled only
 * import { connectSentinel } from "@le-auth/emulator"
 * import { signIn, type SignInPage } from "@le-auth/emulator/playwright"
 *
 * // With a Sentinel that runs elsewhere
 * export const asAdministrator = async (page: SignInPage): Promise<void> => {
 *   const sentinel = await connectSentinel("http://localhost:4402")
 *   await signIn(page, sentinel, "/auth/login", { user: "admin@example.com" })
 * }
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const signIn = async (
  page: SignInPage,
  sentinel: Pick<ConnectedSentinel, "approve">,
  url: string,
  options: SignInOptions = {}
): Promise<void> => {
  // Without a limit, since a page may take its time to come. It ends with the page.
  const seen = page
    .waitForRequest((request) => isAuthorization(request.url()), { timeout: 0 })
    .then(
      (request) => request.url(),
      () => undefined
    )
  await page.goto(url)
  const authorization = await Promise.race([seen, setTimeout(patience, undefined, { ref: false })])
  if (authorization === undefined) {
    throw new Error(
      `${url} did not send the page to Sentinel: it is at ${page.url()}. Open the address at which your application starts a sign-in, and start it with the variables of sentinel.env.`
    )
  }
  await page.goto(await sentinel.approve(authorization, options))
}

/**
 * Fixtures for `test.extend`: a Sentinel for each worker, which is reset before each test, and `signIn`. Sentinel
 * starts on free ports, and stops with the worker.
 *
 * @example
 * ```ts
 * // compiled only
 * import { test as base } from "@playwright/test"
 * import { sentinelFixtures, type SentinelFixtures, type SentinelWorkerFixtures } from "@le-auth/emulator/playwright"
 *
 * export const test = base.extend<SentinelFixtures, SentinelWorkerFixtures>(sentinelFixtures)
 *
 * test("an agent is signed in", async ({ signIn }) => {
 *   await signIn("/auth/login", { user: "agent@example.com" })
 * })
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const sentinelFixtures: {
  readonly sentinelOptions: [Options, { scope: "worker"; option: true }]
  readonly sentinel: [
    (fixtures: { readonly sentinelOptions: Options }, use: Use<Sentinel>) => Promise<void>,
    { scope: "worker" }
  ]
  readonly sentinelReset: [
    (fixtures: { readonly sentinel: Sentinel }, use: Use<void>) => Promise<void>,
    { scope: "test"; auto: true }
  ]
  readonly signIn: (
    fixtures: { readonly page: SignInPage; readonly sentinel: Sentinel },
    use: Use<SentinelFixtures["signIn"]>
  ) => Promise<void>
} = {
  sentinelOptions: [{}, { scope: "worker", option: true }],
  sentinel: [
    async ({ sentinelOptions }, use) => {
      const sentinel = await startSentinel(sentinelOptions)
      await use(sentinel).finally(sentinel.stop)
    },
    { scope: "worker" }
  ],
  sentinelReset: [
    async ({ sentinel }, use) => {
      await anew(sentinel)
      await use()
    },
    { scope: "test", auto: true }
  ],
  signIn: async ({ page, sentinel }, use) => use((url, options) => signIn(page, sentinel, url, options))
}
