/** Sends the requests of a program to a Sentinel that listens, as bytes, and says what became of them. */
import type { DialectName } from "@le-auth/sentinel/SentinelDialect"
import * as SentinelDialect from "@le-auth/sentinel/SentinelDialect"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { account, agent, callback } from "../Harness.ts"
import { layerWith, Loopback, raw, UserAgent } from "../proof/Loopback.ts"
import type { Program, Step } from "./Corpus.ts"
import { lacksOf, valueAt } from "./Needs.ts"

/** What became of one request. */
export interface Outcome {
  readonly step: Step
  /** 0: it was not sent, since it needs a value of an answer that did not come. */
  readonly status: number
  /** The error of the answer, if it has one. */
  readonly error: string | undefined
  /** What the answer says of the error. */
  readonly description: string
  /** What the program needs, and did not get. */
  readonly lacks: ReadonlyArray<string>
  readonly warnings: ReadonlyArray<string>
}

const clientId = "8d4a7b52-3f0e-4c1d-9a6b-2e5f70c81d93"
/** With the form of LivePerson's secrets. */
const secret = "0a1b2c3d4e5f6g7h8i9jakblcm"
const user = { id: "3552833710", email: "agent@example.com", password: agent.password, name: "Agent" }

/** Sentinel with the program as its only application, in the dialect. */
const sentinelOf = ({ installation, stubs = {} }: Program, dialect: DialectName) =>
  layerWith({
    config: {
      accounts: [
        {
          id: account,
          users: [user],
          stubs,
          installations: [
            {
              client_id: clientId,
              client_secret: secret,
              client_name: "com.example.program",
              redirect_uris: [],
              ...installation
            },
            {
              client_id: "caller",
              client_secret: secret,
              client_name: "com.example.caller",
              grant_types: ["client_credentials", "authorization_code"],
              redirect_uris: [callback]
            }
          ]
        }
      ]
    },
    settings: Layer.succeed(SentinelDialect.SentinelDialect, SentinelDialect.make({ dialect }))
  })

const bytesOf = (origin: string, { body, headers, method, target }: Step["request"]): string => {
  const all = {
    host: new URL(origin).host,
    ...headers,
    ...(body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) })
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${target} HTTP/1.1\r\n${lines.join("")}\r\n${body ?? ""}`
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Sends all requests of a program, one after the other. */
export const replay = (program: Program, dialect: DialectName): Effect.Effect<ReadonlyArray<Outcome>> =>
  Effect.gen(function* () {
    const { base, lines, origin } = yield* Loopback
    const post = (path: string, body: string) =>
      Effect.promise(() =>
        raw(
          origin,
          bytesOf(origin, {
            method: "POST",
            target: `/sentinel/api/${path}`,
            headers: { "content-type": "application/x-www-form-urlencoded" },
            body
          })
        )
      ).pipe(Effect.map((answer) => jsonOf(answer.body) as Readonly<Record<string, string>>))

    // What a program is given: the access token of a user who signed in elsewhere, and an app token of LivePerson's.
    const caller = `client_id=caller&client_secret=${secret}`
    const given = yield* Effect.promise(() =>
      new UserAgent().signIn(`${base}/authorize?v=1.0&response_type=code&client_id=caller`)
    )
    const code = given.searchParams.get("code")
    const tokens = yield* post(`account/${account}/token`, `${caller}&grant_type=authorization_code&code=${code}`)
    const appToken = yield* post(`v2/account/${account}/app/token`, `${caller}&grant_type=client_credentials`)
    const redirect = program.installation.redirect_uris?.[0] ?? ""
    const values = new Map<string, string>([
      ["account", account],
      ["client", clientId],
      ["secret", secret],
      ["basic", Buffer.from(`${clientId}:${secret}`).toString("base64")],
      ["redirect", redirect],
      ["redirect:encoded", encodeURIComponent(redirect)],
      ["user", user.id],
      ["accessToken", tokens["access_token"]!]
    ])

    /** Its texts with the values of the run; `undefined` if one of them did not come. */
    const filled = <A>(part: A): A | undefined => {
      let isWhole = true
      const text = JSON.stringify(part).replace(/\{([a-zA-Z]+(?::encoded)?)\}/g, (_, name: string) => {
        const value = values.get(name)
        if (value === undefined) isWhole = false
        return JSON.stringify(value ?? "").slice(1, -1)
      })
      return isWhole ? JSON.parse(text) : undefined
    }

    const warningsSince = (start: number): ReadonlyArray<string> =>
      lines
        .slice(start)
        .map((line) => JSON.parse(line) as { readonly level: string; readonly message: ReadonlyArray<unknown> })
        .filter(({ level }) => level === "WARN")
        .flatMap(({ message }) => (Object(message.at(-1)) as { warnings?: ReadonlyArray<string> }).warnings ?? [])

    const outcomes: Array<Outcome> = []
    for (const step of program.steps) {
      const request = filled(step.request)
      if (request === undefined) {
        outcomes.push({ step, status: 0, error: undefined, description: "", lacks: [], warnings: [] })
        continue
      }
      const start = lines.length
      let status = 302
      let json: unknown
      if (step.browser === undefined) {
        const answer = yield* Effect.promise(() => raw(origin, bytesOf(origin, request)))
        status = answer.status
        json = jsonOf(answer.body)
      } else {
        const end = yield* Effect.promise(() =>
          new UserAgent((next) => next.origin === origin).signIn(`${origin}${request.target}`)
        )
        json = end.href.startsWith(redirect) ? Object.fromEntries(end.searchParams) : {}
      }
      const lacks = lacksOf(json, filled(step.browser ?? step.needs?.json ?? {})!, appToken["access_token"]!)
      const isRefused = step.needs !== undefined && status !== step.needs.status
      outcomes.push({
        step,
        status,
        error: valueAt(json, "error") as string | undefined,
        description: String(valueAt(json, "error_description") ?? ""),
        lacks: isRefused ? [`the status is ${status}`] : lacks,
        warnings: warningsSince(start)
      })
      for (const [name, path] of Object.entries(step.keeps ?? {})) {
        const value = isRefused ? undefined : valueAt(json, path)
        if (typeof value === "string") values.set(name, value)
        else values.delete(name)
      }
    }
    return outcomes
  }).pipe(Effect.provide(sentinelOf(program, dialect)))
