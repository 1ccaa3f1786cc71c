/**
 * Slows down the guessing of passwords.
 *
 * @since 0.1.0
 */
import { GenerationMap } from "../internal/GenerationMap.ts"

/**
 * Counts failures for each user of each account, whether he exists or not. After five, each further failure doubles the time in
 * which no password is looked at, a right one neither: from one second up to one minute (OWASP, Authentication Cheat Sheet).
 * Times are milliseconds since 1970.
 *
 * @since 0.1.0
 */
export class LoginThrottle {
  readonly #failures = new GenerationMap<{ readonly count: number; readonly until: number }>({
    capacity: 20_000,
    lifetime: 15 * 60_000
  })

  #key(accountId: string, email: string): string {
    return `${accountId}/${email.toLowerCase().slice(0, 254)}`
  }

  /** How many milliseconds to wait before the next attempt; 0 if none. */
  wait(accountId: string, email: string, now: number): number {
    return Math.max(0, (this.#failures.get(this.#key(accountId, email), now)?.until ?? 0) - now)
  }

  failed(accountId: string, email: string, now: number): void {
    const key = this.#key(accountId, email)
    const count = (this.#failures.get(key, now)?.count ?? 0) + 1
    const pause = count < 5 ? 0 : Math.min(60_000, 1000 * 2 ** (count - 5))
    this.#failures.set(key, { count, until: now + pause }, now)
  }

  succeeded(accountId: string, email: string): void {
    this.#failures.delete(this.#key(accountId, email))
  }
}
