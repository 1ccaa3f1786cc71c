/** The real Sentinel, through its HTTP surface, with the verbs of the model. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as TestClock from "effect/testing/TestClock"
import { createHash } from "node:crypto"
import {
  account,
  admin,
  agent,
  answerOf,
  application,
  authorizePath,
  browser,
  clientId,
  manyClientId,
  queryCallback,
  secret,
  start,
  type StartOptions
} from "../Harness.ts"
import { lifetimes, refused } from "./Model.ts"

export const clients = [clientId, manyClientId] as const
export const users = { "3552833710": agent, "3552833711": admin } as const
export type User = keyof typeof users
export const userIds = Object.keys(users) as ReadonlyArray<User>

/** One installation leaves its redirect URI out, the other has several. */
const redirectOf = (client: string) => (client === manyClientId ? { redirect_uri: queryCallback } : {})

const points = {
  codeLifetime: lifetimes.code,
  accessTokenLifetime: lifetimes.access,
  refreshGrace: lifetimes.grace,
  loginLifetime: lifetimes.form,
  sessionIdleLifetime: lifetimes.idle,
  sessionLifetime: lifetimes.session
}

export interface TokenTexts {
  readonly access: string
  readonly refresh: string
}

export const make = Effect.fnUntraced(function* (options?: StartOptions) {
  const disabled = new Set<string>()
  const isThere = <A extends { readonly id: string }>(found: Option.Option<A>) =>
    Option.filter(found, ({ id }) => !disabled.has(id))
  const sentinel = yield* start({
    ...options,
    points: {
      ...Object.fromEntries(Object.entries(points).map(([name, millis]) => [name, Duration.millis(millis)])),
      refreshTokens: "rotate"
    },
    directory: (directory) => ({
      ...directory,
      user: (...args) => Effect.map(directory.user(...args), isThere),
      authenticate: (...args) => Effect.map(directory.authenticate(...args), isThere)
    })
  })
  const browsers = [browser(sentinel), browser(sentinel)]
  const applicationOf = (client: string) => application(sentinel, { client_id: client, client_secret: secret })
  const codeIn = (response: Response) => answerOf(response).get("code")

  const tokensOf = ({ json, status }: { readonly json: Readonly<Record<string, string>>; readonly status: number }) => {
    if (status === 200) return { access: json["access_token"]!, refresh: json["refresh_token"]! }
    return status === 400 && json["error"] === refused ? refused : `${status} ${json["error"]}`
  }

  return {
    sentinel,
    /** A code, or the fields of the login form. */
    authorize: Effect.fnUntraced(function* (index: number, client: string) {
      const at = browsers[index]!
      const response = yield* at.send(authorizePath({ client_id: client, ...redirectOf(client) }))
      const code = codeIn(response)
      if (code !== null) return { code }
      const page = yield* at.send(response.headers.get("location")!)
      const text = yield* Effect.promise(() => page.text())
      const field = (name: string) => new RegExp(`name="${name}"\\s+value="([^"]*)"`).exec(text)?.[1] ?? ""
      return { fields: { request: field("request"), token: field("token") } }
    }),
    submit: Effect.fnUntraced(function* (index: number, fields: Readonly<Record<string, string>>, user: User) {
      const response = yield* browsers[index]!.submit({ ...fields, ...users[user] })
      const text = yield* Effect.promise(() => response.text())
      if (response.status === 303) {
        const code = codeIn(response)
        return code === null ? ("begin again" as const) : { code }
      }
      if (response.status === 200) return "already signed in" as const
      return text.includes("open for too long") ? ("expired" as const) : ("refused" as const)
    }),
    redeem: (code: string, client: string, isRightRedirect: boolean) =>
      Effect.map(
        applicationOf(client).exchange(
          code,
          isRightRedirect ? redirectOf(client) : { redirect_uri: "https://app.example/another" }
        ),
        tokensOf
      ),
    refresh: (token: string, client: string) => Effect.map(applicationOf(client).refresh(token), tokensOf),
    revoke: (token: string, client: string) => Effect.map(applicationOf(client).revoke(token), ({ status }) => status),
    logout: (index: number) =>
      Effect.map(
        browsers[index]!.send("/sentinel/logout", { method: "POST", body: new URLSearchParams({ account }) }),
        ({ status }) => status
      ),
    advance: (millis: number) => TestClock.adjust(millis),
    disable: (user: User) => Effect.sync(() => void disabled.add(user)),
    /** What a resource behind Sentinel finds out about an access token. */
    isGood: (access: string, now: number) =>
      Effect.map(sentinel.store.findAccess(createHash("sha256").update(access).digest("hex"), now), Option.isSome),
    /** The resource that there is. */
    read: (access: string, user: string) =>
      Effect.map(
        sentinel.fetch(`/api/account/${account}/configuration/le-users/users/${user}`, {
          headers: { authorization: `Bearer ${access}` }
        }),
        ({ status }) => status
      )
  }
})

export type Real = Effect.Success<ReturnType<typeof make>>
