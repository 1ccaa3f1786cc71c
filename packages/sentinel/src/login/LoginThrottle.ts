/**
 * Slows down the guessing of passwords (OWASP, Authentication Cheat Sheet).
 *
 * @since 0.1.0
 */
import { Throttle } from "../internal/Throttle.ts"

/**
 * Who tries to sign in, and from where.
 *
 * @since 0.1.0
 */
export interface Attempt {
  readonly accountId: string
  /** Whether there is such a user or not. */
  readonly email: string
  /** See `ClientAddress`. */
  readonly address: string | undefined
  /** Whether this user has signed in with this browser before. */
  readonly isKnownBrowser: boolean
}

/** Typing errors of one person. */
const freeForUser = 5

/** Typing errors of all who sit behind one address: a contact centre. */
const freeForAddress = 100

/**
 * Counts failures for each user of each account and for each address. While one of them has to wait, no password is looked
 * at, a right one neither.
 *
 * Browsers that a user has signed in with before are counted apart from all others, so that whoever guesses at the password
 * of somebody cannot lock him out of his own browser (OWASP, Slow Down Online Guessing Attacks with Device Cookies).
 *
 * An attempt counts as a failure from its beginning until it is known to be none. Else many attempts at the same time would
 * all begin before the first of them has failed.
 *
 * Times are milliseconds since 1970.
 *
 * @since 0.1.0
 */
export class LoginThrottle {
  readonly #users = new Throttle({ free: freeForUser })
  readonly #addresses = new Throttle({ free: freeForAddress })

  /** How many users and addresses it remembers. */
  get size(): number {
    return this.#users.size + this.#addresses.size
  }

  #userKey({ accountId, email, isKnownBrowser }: Attempt): string {
    return `${accountId}/${isKnownBrowser ? "known" : "new"}/${email.toLowerCase().slice(0, 254)}`
  }

  /** 0: the attempt has begun. Else the milliseconds to wait before the next one. */
  begin(attempt: Attempt, now: number): number {
    const key = this.#userKey(attempt)
    const { address } = attempt
    const wait = Math.max(this.#users.wait(key, now), address === undefined ? 0 : this.#addresses.wait(address, now))
    if (wait > 0) return wait
    this.#users.failed(key, now)
    if (address !== undefined) this.#addresses.failed(address, now)
    return 0
  }

  /**
   * The password was right. The address only gets this one attempt back: who has a user of his own could otherwise guess at
   * others without end.
   */
  succeeded(attempt: Attempt, now: number): void {
    this.#users.forget(this.#userKey(attempt))
    if (attempt.address !== undefined) this.#addresses.withdraw(attempt.address, now)
  }

  /** The password was not looked at. */
  withdraw(attempt: Attempt, now: number): void {
    this.#users.withdraw(this.#userKey(attempt), now)
    if (attempt.address !== undefined) this.#addresses.withdraw(attempt.address, now)
  }
}
