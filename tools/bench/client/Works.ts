// The works of the client, and the contestants that do them. A process loads one contestant alone.
import * as Budgets from "../budgets.ts"
import * as IdToken from "./IdToken.ts"
import * as p from "./Parameters.ts"

/** Does the work this number of times. */
export type Run = (times: number) => unknown

type IdTokenAndKey = [token: string, jwk: JsonWebKey & { kid: string; kty: string }]

/** What a contestant may have; each call is one operation. */
interface Contestant {
  readonly start?: () => unknown
  readonly authorizeUrl?: () => unknown
  readonly callback?: (address: string) => unknown
  readonly token?: (origin: string) => { exchange: () => Promise<unknown>; refresh: () => Promise<unknown> }
  readonly verify?: (...given: IdTokenAndKey) => () => unknown
  readonly appToken?: (origin: string) => () => Promise<unknown>
}

const modules: Record<string, () => Promise<Contestant>> = {
  [Budgets.floor]: () => import("./Floor.ts"),
  [Budgets.ours]: async () => ({ ...(await import("./LeAuth.ts")), ...(await import("./LeAuthServer.ts")) }),
  oauth4webapi: () => import("./Oauth4webapi.ts"),
  "openid-client": () => import("./OpenidClient.ts"),
  "simple-oauth2": () => import("./SimpleOauth2.ts"),
  "client-oauth2": () => import("./ClientOauth2.ts"),
  "@badgateway/oauth2-client": () => import("./Badgateway.ts"),
  jsonwebtoken: () => import("./Jsonwebtoken.ts"),
  jose: () => import("./Jose.ts")
}

const protocol = ["oauth4webapi", "openid-client", "simple-oauth2", "@badgateway/oauth2-client"]
const withUrls = [...protocol, "client-oauth2"]
const own = [Budgets.ours, Budgets.oursInOneEffect]

/** The contestants of each work. */
export const contestants: Record<string, readonly string[]> = {
  start: [Budgets.floor, ...own, ...withUrls],
  url: [Budgets.floor, Budgets.ours, ...withUrls],
  callback: [Budgets.floor, Budgets.ours, "oauth4webapi", "@badgateway/oauth2-client"],
  "exchange, 32": [Budgets.floor, ...own, ...protocol],
  "exchange, 1": [Budgets.floor, ...own, ...protocol],
  "refresh, 32": [Budgets.floor, ...own, ...protocol],
  id_token: [Budgets.floor, ...own, "jsonwebtoken", "jose"],
  // Of the peers one alone keeps a token.
  "app token": [Budgets.floor, ...own, "@badgateway/oauth2-client"]
}

/** One after the other; a synchronous function is not awaited. */
const loop =
  (operation: () => unknown): Run =>
  async (times) => {
    for (let index = 0; index < times; index++) {
      const result = operation()
      if (result instanceof Promise) await result
    }
  }

/** Runs this many at once. */
const parallel =
  (operation: () => unknown, concurrency: number): Run =>
  async (times) => {
    let left = times
    const worker = async () => {
      while (left-- > 0) await operation()
    }
    await Promise.all(Array.from({ length: concurrency }, worker))
  }

const address = `${p.redirectUri}?code=${p.code}&state=${p.state}`
const idToken = (): IdTokenAndKey => {
  const { jwk, token } = IdToken.make()
  return [token, jwk as unknown as IdTokenAndKey[1]]
}

/** The work of one contestant, over a token server at an origin. */
export const load = async (contestant: string, work: string, origin: string): Promise<Run> => {
  if (contestant === Budgets.oursInOneEffect) {
    const { inOneEffect } = await import("./LeAuth.ts")
    return known(inOneEffect[work])({ origin, idToken })
  }
  const it = await known(modules[contestant])()
  const runs: Record<string, () => Run> = {
    start: () => loop(known(it.start)),
    url: () => loop(known(it.authorizeUrl)),
    callback: () => {
      const callback = known(it.callback)
      return loop(() => callback(address))
    },
    "exchange, 32": () => parallel(known(it.token)(origin).exchange, 32),
    "exchange, 1": () => loop(known(it.token)(origin).exchange),
    "refresh, 32": () => parallel(known(it.token)(origin).refresh, 32),
    id_token: () => loop(known(it.verify)(...idToken())),
    "app token": () => loop(known(it.appToken)(origin))
  }
  return known(runs[work])()
}

const known = <A>(value: A | undefined): A => {
  if (value === undefined) throw new Error("this contestant does not do this work")
  return value
}
