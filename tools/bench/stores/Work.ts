/** What a store does in a sign-in, step by step; each step goes on with what the one before it has made. */
import { AccountId, ClientId, Subject } from "@le-auth/core/Identifiers"
import { UnverifiedClaims } from "@le-auth/core/IdToken"
import { Origin } from "@le-auth/core/Origin"
import { Generation, Session, SessionKey } from "@le-auth/core/Session"
import { SessionStore } from "@le-auth/core/SessionStore"
import { Transaction } from "@le-auth/core/Transaction"
import { TransactionStore } from "@le-auth/core/TransactionStore"
import type { SentinelStore } from "@le-auth/sentinel/SentinelStore"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { createHash } from "node:crypto"

export const now = Date.now()
export const hour = 3_600_000
export const day = 24 * hour

const hash = (text: string) => createHash("sha256").update(text).digest("hex")

/** The names of everything in one sign-in, made before the time is taken. */
export const namesOf = (name: string) => ({
  session: hash(`session ${name}`),
  grant: hash(`grant ${name}`),
  code: hash(`code ${name}`),
  access: hash(`access ${name}`),
  refresh: hash(`refresh ${name}`),
  nextAccess: hash(`next access ${name}`),
  nextRefresh: hash(`next refresh ${name}`),
  user: name,
  transaction: hash(`transaction ${name}`),
  key: new SessionKey({
    accountId: AccountId.make("12345678"),
    clientId: ClientId.make("client"),
    subject: Subject.make(name)
  })
})
export type Names = ReturnType<typeof namesOf>

export interface Step<R> {
  readonly title: string
  /** Says whether it did what it should. */
  readonly run: (store: R, names: Names) => Effect.Effect<boolean, unknown>
  /** Makes the record that the step keeps. */
  readonly make?: (names: Names) => string
  /** Reads what a driver answers, and says whether it is what was asked for. Without it, all columns of a row. */
  readonly read?: (answer: any) => boolean
}

const owner = { accountId: "12345678", clientId: "client" }
const lifetimes = { accessExpiresAt: now + 8 * hour, sessionIdleExpiresAt: now + 8 * hour }
const redirectUri = "https://app.example/callback"
const codeChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

export const sentinelSteps: ReadonlyArray<Step<SentinelStore["Service"]>> = [
  {
    title: "sign in (createSession)",
    run: (store, { session, user }) =>
      Effect.map(
        store.createSession(
          {
            id: session,
            accountId: owner.accountId,
            userId: user,
            createdAt: now,
            lastSeenAt: now,
            idleExpiresAt: now + 8 * hour,
            expiresAt: now + 30 * day
          },
          now
        ),
        (outcome) => outcome === "Created"
      )
  },
  {
    title: "issue (issueCode)",
    run: (store, { code, grant, session, user }) =>
      Effect.map(
        store.issueCode(
          {
            id: code,
            redirectUri,
            codeChallenge,
            expiresAt: now + 60_000,
            grant: { ...owner, id: grant, userId: user, sessionId: session, createdAt: now, nonce: undefined }
          },
          now
        ),
        (outcome) => outcome === "Issued"
      )
  },
  {
    title: "redeem (redeemCode)",
    run: (store, { access, code, refresh }) =>
      Effect.map(
        store.redeemCode(
          {
            ...owner,
            id: code,
            redirectUri,
            codeChallenge,
            tokens: { ...lifetimes, accessId: access, refreshId: refresh }
          },
          now
        ),
        ({ _tag }) => _tag === "Won"
      )
  },
  {
    title: "rotate (rotateRefresh)",
    run: (store, { nextAccess, nextRefresh, refresh }) =>
      Effect.map(
        store.rotateRefresh(
          {
            ...owner,
            id: refresh,
            seed: "a seed of forty-three characters or so.....",
            grace: 10_000,
            tokens: { ...lifetimes, accessId: nextAccess, refreshId: nextRefresh }
          },
          now
        ),
        ({ _tag }) => _tag === "Rotated"
      )
  },
  {
    title: "read (findAccess)",
    run: (store, { access }) => Effect.map(store.findAccess(access, now), Option.isSome)
  },
  {
    title: "read (findSession)",
    run: (store, { session }) => Effect.map(store.findSession(session, now), Option.isSome)
  }
]

export type ClientStores = Context.Context<TransactionStore | SessionStore>

const record = Transaction.make({
  accountId: AccountId.make("12345678"),
  clientId: ClientId.make("client"),
  sentinel: Origin.make("https://sentinel.example"),
  deadline: now + 10 * 60_000
})

const sessionOf = (key: SessionKey) =>
  new Session({
    key,
    generation: Generation.make(hash(key.toString()).slice(0, 22)),
    accessToken: Redacted.make("a".repeat(64)),
    refreshToken: Redacted.make("r".repeat(64)),
    claims: new UnverifiedClaims({ sub: key.subject, aud: key.clientId, iss: "Sentinel", iat: 1, exp: 2 }),
    signedInAt: 1,
    refreshAt: 2,
    expiresAt: 3
  })

// Every program that keeps sessions makes the texts and checks what comes back, so both sides do, with the same
// schemas.
const encodeTransaction = Schema.encodeSync(Schema.fromJsonString(Transaction))
const decodeTransaction = Schema.decodeOption(Schema.fromJsonString(Transaction))
const encodeSession = Schema.encodeSync(Schema.fromJsonString(Session))
const decodeSession = Schema.decodeOption(Schema.fromJsonString(Session))

/** Of SQL a row, of Redis a text. */
const textOf = (answer: any): string => answer?.record ?? answer

export const clientSteps: ReadonlyArray<Step<ClientStores>> = [
  {
    title: "put (TransactionStore)",
    run: (stores, { transaction }) =>
      Effect.as(Context.get(stores, TransactionStore).put(transaction, record, Duration.minutes(10)), true),
    make: () => encodeTransaction(record),
    read: () => true
  },
  {
    title: "take (TransactionStore)",
    run: (stores, { transaction }) =>
      Effect.map(Context.get(stores, TransactionStore).take(transaction), Option.isSome),
    read: (answer) => Option.isSome(decodeTransaction(textOf(answer)))
  },
  {
    title: "set (SessionStore)",
    run: (stores, { key }) => Effect.as(Context.get(stores, SessionStore).set(sessionOf(key), "any"), true),
    make: ({ key }) => encodeSession(sessionOf(key)),
    read: () => true
  },
  {
    title: "read (SessionStore.get)",
    run: (stores, { key }) => Effect.map(Context.get(stores, SessionStore).get(key), Option.isSome),
    read: (answer) => Option.isSome(decodeSession(textOf(answer)))
  }
]
