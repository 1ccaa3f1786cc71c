/** What Sentinel has to answer, in as few words as possible: no hash, no HTTP, no concurrency. */

const minute = 60_000

/** In milliseconds. The real dialect has other numbers; the rules are the same. */
export const lifetimes = {
  code: minute,
  access: 15 * minute,
  grace: 10_000,
  form: 10 * minute,
  idle: 10 * minute,
  session: 30 * minute
}

export interface Session {
  readonly user: string
  readonly expiresAt: number
  lastSeenAt: number
  idleExpiresAt: number
  ended: boolean
}
export interface Grant {
  readonly client: string
  readonly session: Session
  revoked: boolean
}
export interface Code {
  readonly grant: Grant
  readonly expiresAt: number
  text: string
  spent: boolean
}
export interface Access {
  readonly grant: Grant
  readonly expiresAt: number
  text: string
}
export interface Refresh {
  readonly grant: Grant
  text: string
  used: { readonly at: number; readonly successors: Tokens } | undefined
}
export interface Tokens {
  readonly access: Access
  readonly refresh: Refresh
}
export interface Form {
  readonly browser: number
  readonly client: string
  readonly expiresAt: number
  readonly fields: Readonly<Record<string, string>>
  /** Every request with it gets the same session and the same code. */
  readonly outcomes: Map<string, { readonly session: Session; readonly code: Code }>
}

export const refused = "invalid_grant"

export class Model {
  now: number
  /** What the cookie of each browser stands for. */
  readonly cookies: Array<Session | undefined> = [undefined, undefined]
  readonly sessions: Array<Session> = []
  readonly forms: Array<Form> = []
  readonly codes: Array<Code> = []
  readonly accesses: Array<Access> = []
  readonly refreshes: Array<Refresh> = []
  readonly disabled = new Set<string>()

  constructor(now: number) {
    this.now = now
  }

  isAlive({ ended, expiresAt, idleExpiresAt }: Session): boolean {
    return !ended && this.now < expiresAt && this.now < idleExpiresAt
  }

  isValid({ revoked, session }: Grant): boolean {
    return !revoked && !session.ended
  }

  isGood({ expiresAt, grant }: Access): boolean {
    return this.now < expiresAt && this.isValid(grant)
  }

  #touch(session: Session) {
    if (!this.isAlive(session)) return
    session.lastSeenAt = this.now
    session.idleExpiresAt = this.now + lifetimes.idle
  }

  #current(browser: number): Session | undefined {
    const session = this.cookies[browser]
    if (session === undefined || !this.isAlive(session) || this.disabled.has(session.user)) return undefined
    if (this.now - session.lastSeenAt >= minute) this.#touch(session)
    return session
  }

  #issue(client: string, session: Session): Code {
    const grant = { client, session, revoked: false }
    return { grant, expiresAt: this.now + lifetimes.code, text: "", spent: false }
  }

  #tokens(grant: Grant): Tokens {
    this.#touch(grant.session)
    return {
      access: { grant, expiresAt: this.now + lifetimes.access, text: "" },
      refresh: { grant, text: "", used: undefined }
    }
  }

  authorize(browser: number, client: string): Code | "login" {
    const session = this.#current(browser)
    return session === undefined ? "login" : this.#issue(client, session)
  }

  submit(form: Form, user: string): Code | "expired" | "refused" | "begin again" | "already signed in" {
    if (this.now >= form.expiresAt) return "expired"
    if (this.disabled.has(user)) return "refused"
    const before = this.#current(form.browser)
    if (before !== undefined && before.user !== user) before.ended = true
    const known = form.outcomes.get(user)
    if (known === undefined) {
      const session = {
        user,
        expiresAt: this.now + lifetimes.session,
        lastSeenAt: this.now,
        idleExpiresAt: this.now + lifetimes.idle,
        ended: false
      }
      const code = this.#issue(form.client, session)
      this.sessions.push(session)
      this.cookies[form.browser] = session
      form.outcomes.set(user, { session, code })
      return code
    }
    if (!this.isAlive(known.session)) return "begin again"
    this.cookies[form.browser] = known.session
    return known.code.spent || this.now >= known.code.expiresAt ? "already signed in" : known.code
  }

  redeem(code: Code, client: string, isRightRedirect: boolean): Tokens | typeof refused {
    if (code.grant.client !== client) return refused
    if (code.spent) {
      code.grant.revoked = true
      return refused
    }
    if (this.now >= code.expiresAt || !this.isValid(code.grant)) return refused
    code.spent = true
    if (!isRightRedirect) return refused
    return this.#answer(this.#tokens(code.grant))
  }

  refresh(token: Refresh, client: string): Tokens | typeof refused {
    const { grant, used } = token
    if (!this.isValid(grant) || grant.client !== client || !this.isAlive(grant.session)) return refused
    if (used === undefined) {
      token.used = { at: this.now, successors: this.#tokens(grant) }
      return this.#answer(token.used.successors)
    }
    if (this.now - used.at < lifetimes.grace && used.successors.refresh.used === undefined) {
      return this.#answer(used.successors)
    }
    grant.revoked = true
    return refused
  }

  #answer(tokens: Tokens): Tokens | typeof refused {
    const { grant } = tokens.access
    if (!this.disabled.has(grant.session.user)) return tokens
    grant.revoked = true
    return refused
  }

  revoke({ grant }: Access | Refresh, client: string): void {
    if (!this.isValid(grant) || grant.client !== client) return
    grant.revoked = true
    for (const session of this.sessions) if (session.user === grant.session.user) session.ended = true
  }

  logout(browser: number): void {
    const session = this.cookies[browser]
    if (session !== undefined) session.ended = true
    this.cookies[browser] = undefined
  }
}
