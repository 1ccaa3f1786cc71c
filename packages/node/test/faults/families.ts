/**
 * Applications that keep users signed in at two Sentinels on one database, while something happens to it. They repeat
 * what failed as `Retry-After` says, at either node, and are not told what happened.
 */
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { Origin } from "@le-auth/core/Origin"
import * as Sentinel from "@le-auth/sentinel/Sentinel"
import * as SentinelSql from "@le-auth/sentinel/SentinelSql"
import { SentinelStore } from "@le-auth/sentinel/SentinelStore"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import { createHash, randomBytes } from "node:crypto"
import { sentinelStore, sqlClient } from "../stores/Engines.ts"
import { accountId, clientId, clientSecret, config } from "../stores/sentinelNode.ts"

const redirectUri = "https://app.example/cb"
const publicOrigin = "https://sentinel.example"
const sleep = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds))
const between = (least: number, most: number) => least + Math.random() * (most - least)
const timeNow = () => Effect.runSync(Clock.currentTimeMillis)
const hash = (secret: string) => createHash("sha256").update(secret).digest("hex")

/** The number of users that sign out, each of them out of everything. */
const leaving = 20
const leavesAs = (index: number) => (index % 20 === 7 ? 1 + Math.floor(index / 20) : undefined)

/** A whole scenario that takes too long is not waited for. */
const patience = 60_000

/** What became of all families of a scenario. */
export interface Report {
  readonly families: number
  /** Why each of those ended that was never told to. */
  readonly lost: ReadonlyArray<string>
  readonly answers: number
  /** How many answers were 503. */
  readonly unavailable: number
}

interface Family {
  readonly name: string
  readonly code: string
  refresh: string | undefined
  access: string | undefined
  readonly leaves: boolean
  isRevoked: boolean
}

/** Two nodes, with the grace period of ten seconds that everybody has. */
export const nodesAt = async (url: string) => {
  const settings = await Effect.runPromise(config(redirectUri, 1 + leaving))
  const { refreshGrace: _, ...points } = settings.points ?? {}
  const services = () =>
    SentinelSql.layer({ ...settings, points }).pipe(
      Layer.provideMerge(sqlClient(url, 16)),
      Layer.provideMerge(NodeCrypto.layer),
      // That requests fail is what happens here.
      Layer.provideMerge(Logger.layer([])),
      Layer.fresh
    )
  const nodes = [0, 1].map(() => Sentinel.toWebHandler({ publicOrigin: Origin.make(publicOrigin) }, services()))
  const scope = Effect.runSync(Scope.make())
  const context = await Effect.runPromise(Layer.buildWithScope(sentinelStore(url, 16), scope))
  return {
    handlers: nodes.map(({ handler }) => handler),
    store: Context.get(context, SentinelStore),
    stop: () =>
      Promise.race([
        Promise.all([...nodes.map(({ dispose }) => dispose()), Effect.runPromise(Scope.close(scope, Exit.void))]),
        sleep(3000)
      ])
  }
}
export type Nodes = Awaited<ReturnType<typeof nodesAt>>

const begin = async ({ store }: Nodes, count: number): Promise<ReadonlyArray<Family>> => {
  const now = timeNow()
  const day = 24 * 3_600_000
  const one = Effect.fnUntraced(function* (index: number) {
    const name = `${randomBytes(8).toString("hex")}-${index}`
    const code = randomBytes(32).toString("base64url")
    const user = leavesAs(index) ?? 0
    const leaves = user > 0 && user <= leaving
    const owner = { accountId, userId: `355283371${leaves ? user : 0}` }
    const sessionId = hash(`session ${name}`)
    const times = { createdAt: now, lastSeenAt: now, idleExpiresAt: now + day, expiresAt: now + day }
    yield* store.createSession({ id: sessionId, ...owner, ...times }, now)
    const grant = { id: `grant ${name}`, ...owner, clientId, sessionId, createdAt: now, nonce: undefined }
    yield* store.issueCode({ id: hash(code), grant, redirectUri, codeChallenge: undefined, expiresAt: now + day }, now)
    return { name, code, refresh: undefined, access: undefined, leaves, isRevoked: false } as Family
  })
  return Effect.runPromise(
    Effect.forEach(
      Array.from({ length: count }, (_, index) => index),
      one,
      { concurrency: 16 }
    )
  )
}

/**
 * Lets a number of families live through what happens; each refreshes all two seconds or so. In milliseconds, `spread`
 * is how long it takes until all of them are signed in, and `rest` how long they go on after it.
 */
export const liveThrough = async (
  nodes: Nodes,
  count: number,
  happens: () => Promise<void>,
  { rest = 4000, spread = 8000 } = {}
): Promise<Report> => {
  const families = await begin(nodes, count)
  const lost: Array<string> = []
  let answers = 0
  let unavailable = 0
  const over = { yet: false }

  /** Repeats a request until somebody knows. Nothing of the family is known before. */
  const post = async (family: Family, path: string, fields: Record<string, string>) => {
    const begun = performance.now()
    let statuses = ""
    for (;;) {
      const handler = nodes.handlers[Math.random() < 0.5 ? 0 : 1]!
      const body = new URLSearchParams({ client_id: clientId, client_secret: clientSecret, ...fields })
      const address = `${publicOrigin}/sentinel/api/account/${accountId}/${path}?v=1.0`
      const response = await handler(new Request(address, { method: "POST", body }))
      const text = await response.text()
      answers++
      statuses += ` ${response.status}@${Math.round(performance.now() - begun)}`
      if (response.status === 200) return text
      if (response.status !== 503 || performance.now() - begun > patience) {
        lost.push(`${family.name}: ${path} ${fields["grant_type"] ?? ""}${statuses} ${text.slice(0, 120)}`)
        return undefined
      }
      unavailable++
      await sleep(1000 * Number(response.headers.get("retry-after") ?? 1) + between(0, 300))
    }
  }
  const token = async (family: Family, fields: Record<string, string>) => {
    const text = await post(family, "token", fields)
    if (text === undefined) return false
    const answer = JSON.parse(text) as { access_token: string; refresh_token: string }
    family.access = answer.access_token
    family.refresh = answer.refresh_token
    return true
  }
  const refresh = (family: Family) => token(family, { grant_type: "refresh_token", refresh_token: family.refresh! })

  const live = async (family: Family, index: number) => {
    // Some are signed in before it happens, some while it does.
    await sleep(between(0, index % 2 === 0 ? 1500 : spread))
    if (!(await token(family, { grant_type: "authorization_code", code: family.code, redirect_uri: redirectUri })))
      return
    while (!over.yet) {
      await sleep(between(500, 4000))
      if (!(await refresh(family))) return
      if (family.leaves && Math.random() < 0.3) {
        family.isRevoked = (await post(family, "token/revoke", { token: family.refresh! })) !== undefined
        return
      }
    }
  }
  const lives = families.map(live)
  await sleep(2000)
  await happens()
  await sleep(rest)
  over.yet = true
  await Promise.all(lives)

  // What was acknowledged last is there, and what was revoked is not.
  const failed = new Set(lost.map((reason) => reason.slice(0, reason.indexOf(":"))))
  for (const family of families) {
    if (failed.has(family.name)) continue
    // It may still be busy with those whom it kept waiting.
    const find = Effect.retry(nodes.store.findAccess(hash(family.access!), timeNow()), { times: 5 })
    const found = await Effect.runPromise(find)
    if (Option.isSome(found) === family.isRevoked) {
      lost.push(`${family.name}: ${family.isRevoked ? "its revocation" : "its access token"} was lost`)
    } else if (!family.isRevoked) await refresh(family)
  }
  return { families: count, lost, answers, unavailable }
}

/** Waits. */
export const pause = sleep
