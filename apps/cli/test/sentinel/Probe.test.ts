/**
 * `le-auth sentinel probe`, against a real Sentinel over HTTP with one point changed: it gives the value back.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { AppInstallation } from "@le-auth/core/AppInstallations"
import { AccountId, ClientId, RedirectUri } from "@le-auth/core/Identifiers"
import { Origin } from "@le-auth/core/Origin"
import * as Transport from "@le-auth/core/Transport"
import * as NodeCrypto from "@le-auth/node/NodeCrypto"
import * as NodeListener from "@le-auth/node/NodeListener"
import * as NodeServerSignIn from "@le-auth/node/NodeServerSignIn"
import * as SystemBrowser from "@le-auth/node/SystemBrowser"
import * as Sentinel from "@le-auth/sentinel/Sentinel"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as SentinelDialect from "@le-auth/sentinel/SentinelDialect"
import * as SentinelFile from "@le-auth/sentinel/SentinelFile"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as Http from "node:http"
import type { AddressInfo } from "node:net"
import { freePort } from "../../../../tools/free-port.ts"
import * as Asking from "../../src/commands/sentinel/probe/Asking.ts"
import * as Fs from "node:fs"
import { mostWrongSecrets, names as questions } from "../../src/commands/sentinel/probe/Questions.ts"
import * as PointFlags from "../../src/commands/sentinel/start/PointFlags.ts"
import { exitCodes } from "../../src/terminal/Failure.ts"
import { points, type PointName } from "../../src/commands/sentinel/probe/Points.ts"
import { learn } from "../../src/commands/sentinel/probe/run.ts"
import { Target } from "../../src/target/Target.ts"
import * as UserKey from "../../src/target/UserKey.ts"
import { visit } from "./Visit.ts"

const secrets = { client: "planted-client-secret-0001", password: "planted-password" }
const account = "le87654321"
const clientId = "44444444-4444-4444-8444-444444444444"
const user = { id: "1234567890", email: "agent@example.com", name: "Planted Person" }

type Changes = Partial<typeof SentinelDialect.DialectPoints.Encoded>

const config = (redirectUri: string) =>
  SentinelConfig.fromUnknown({
    accounts: [
      {
        id: account,
        users: [{ ...user, password: secrets.password, is_admin: true }],
        installations: [
          {
            client_id: clientId,
            client_secret: secrets.client,
            client_name: "Probed",
            grant_types: ["authorization_code", "refresh_token", "client_credentials"],
            scope: "users.external",
            redirect_uris: [redirectUri]
          }
        ]
      }
    ]
  })

/** Made once: keys take longer than everything else. */
const settings = Layer.mergeAll(NodeCrypto.layerServer, NodeServices.layer, Logger.layer([]))

interface Allowed {
  readonly mayRevoke?: boolean
  readonly hasSignIn?: boolean
}

/** Probes what answers at an address, with all that may be allowed. */
const probedAt = Effect.fnUntraced(function* (domainApi: Origin, redirectUri: string, allowed: Allowed = {}) {
  const installation = new AppInstallation({
    accountId: AccountId.make(account),
    clientId: ClientId.make(clientId),
    clientSecret: Redacted.make(secrets.client),
    redirectUris: [RedirectUri.make(redirectUri)]
  })
  const said: Array<string> = []
  const exchanged: Array<{ readonly request: Transport.Request; readonly answer: Transport.Answer }> = []
  const watched = Layer.effect(
    Transport.Transport,
    Effect.map(Transport.Transport, ({ send }) => ({
      send: (request: Transport.Request) =>
        Effect.tap(send(request), (answer) => Effect.sync(() => void exchanged.push({ request, answer })))
    }))
  )
  const target = {
    installation,
    appInstallation: installation,
    profile: undefined,
    domainApi,
    localSentinel: undefined
  }
  const result = yield* learn({
    domainApi,
    installation,
    appInstallation: installation,
    mayRevoke: allowed.mayRevoke ?? true,
    hasSignIn: allowed.hasSignIn ?? true
  }).pipe(
    Effect.provide(
      Layer.mergeAll(
        Layer.provideMerge(watched, NodeServerSignIn.layerCalls),
        UserKey.layerWith({ onlyIfMade: true }),
        Layer.succeed(Target, target),
        Layer.succeed(SystemBrowser.SystemBrowser, {
          open: (url) => Effect.promise(() => visit(url, { username: user.email, password: secrets.password }))
        })
      )
    ),
    Effect.provideService(Console.Console, {
      ...globalThis.console,
      error: (...args: ReadonlyArray<unknown>) => void said.push(args.join(" "))
    })
  )
  return { ...result, exchanged, said: said.join("\n") }
})

/** Serves a Sentinel with these points, and probes it. */
const probed = Effect.fnUntraced(function* (changes: Changes, allowed?: Allowed) {
  const redirectUri = `http://localhost:${yield* Effect.promise(freePort)}/callback`
  const dialect = yield* SentinelFile.pointsFromUnknown(changes)
  const context = yield* Layer.build(
    Sentinel.layerServer.pipe(
      Layer.provideMerge(NodeListener.layer({ host: "127.0.0.1", port: 0 })),
      Layer.provide(Sentinel.layerMemory(yield* config(redirectUri))),
      Layer.provide(SentinelDialect.layer(dialect))
    )
  )
  const { port } = Context.get(context, NodeListener.NodeListener).server.address() as AddressInfo
  return yield* probedAt(Origin.make(`http://127.0.0.1:${port}`), redirectUri, allowed)
}, Effect.scoped)

/** The values of the points that can be seen, other than the default. */
const values: { readonly [P in PointName]?: ReadonlyArray<unknown> } = {
  issuer: ["sentinel", "Sentinel", "another-issuer"],
  appTokenIssuer: ["Sentinel", "sentinel", "another-issuer"],
  accessTokenLifetime: ["1s", "1h30m", "8h", "30d"],
  appTokenLifetime: ["1s", "1h30m", "365d"],
  idTokenLifetime: ["2s", "10m", "1d"],
  appTokenVersions: [["1.0"], ["2.0"], ["1.0", "2.0"]],
  tokenVersions: [["1.0"], ["2.0"], ["1.0", "2.0"]]
}

/** The values of a point, by its schema. */
const valuesOf = (point: PointName): ReadonlyArray<unknown> => {
  const given = values[point]
  if (given !== undefined) return given
  const schema: unknown = SentinelDialect.DialectPoints.fields[point]
  const { ast } = schema as {
    readonly ast: { readonly _tag: string; readonly types?: ReadonlyArray<{ literal: unknown }> }
  }
  if (ast._tag === "Boolean") return [true, false]
  return (ast.types ?? []).map(({ literal }) => literal)
}

const names = Object.keys(points) as ReadonlyArray<PointName>
const visible = names.filter((point) => points[point]._tag === "Visible")

/** What a Sentinel has by default. */
const whole: Readonly<Record<string, unknown>> = Schema.encodeSync(SentinelDialect.DialectPoints)(
  SentinelDialect.liveperson
)
const usual = Object.fromEntries(visible.map((point) => [point, whole[point]]))
const isUsual = (point: PointName, value: unknown): boolean => JSON.stringify(usual[point]) === JSON.stringify(value)

/** What must also be so for a point to be seen at all. */
const where = (point: PointName, value: unknown): Changes => {
  const alone = { [point]: value } as Changes
  if (point === "idTokenLifetime" || point === "accessTokenLifetime") return { ...alone, sessionIdleLifetime: "30d" }
  return alone
}

/** The ways in which a text is written down. */
const formsOf = (text: string): ReadonlyArray<string> => {
  const bytes = Buffer.from(text)
  const base64 = bytes.toString("base64url")
  return [
    text,
    encodeURIComponent(text),
    JSON.stringify(text).slice(1, -1),
    bytes.toString("hex"),
    // The last characters depend on what follows.
    base64.slice(0, -1),
    bytes.toString("base64").replace(/.=*$/, ""),
    [...text].toReversed().join("")
  ]
}

type Answering = (request: Http.IncomingMessage, response: Http.ServerResponse) => unknown

/** A Domain API that is right, and a Sentinel that is not. */
const serving = (answering: Answering) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const server = Http.createServer((request, response) => {
        const service = /\/service\/(sentinel|accountConfigReadOnly)\/baseURI/.exec(request.url ?? "")?.[1]
        if (service === undefined) return answering(request, response)
        return response.end(JSON.stringify({ account, service, baseURI: request.headers.host }))
      })
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
      return server
    }),
    (server) =>
      Effect.promise(() => {
        server.closeAllConnections()
        return new Promise((resolve) => server.close(resolve))
      })
  ).pipe(Effect.map((server) => Origin.make(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)))

describe("R-E11: le-auth sentinel probe", () => {
  it("has a question, or a reason why it cannot be seen, for every point of the dialect", () => {
    assert.deepStrictEqual(names.toSorted(), Object.keys(SentinelDialect.DialectPoints.fields).toSorted())
    for (const point of names) {
      const how = points[point]
      if (how._tag === "Hidden") assert.match(how.why, /\.$/)
      else {
        assert.isAbove(how.questions.length, 0, point)
        assert.isAbove(valuesOf(point).length, 1, point)
      }
    }
  })

  it.live("gives every point that can be seen back, of a Sentinel as it is by default", () =>
    Effect.gen(function* () {
      const { document } = yield* probed({})
      assert.deepStrictEqual(document.points as Record<string, unknown>, usual)
      assert.deepStrictEqual(
        Object.keys(document.notSeen),
        names.filter((point) => points[point]._tag === "Hidden")
      )
    }).pipe(Effect.provide(settings))
  )

  for (const point of visible) {
    describe(point, () => {
      for (const value of valuesOf(point).filter((value) => !isUsual(point, value))) {
        it.live(JSON.stringify(value), () =>
          Effect.gen(function* () {
            const { document } = yield* probed(where(point, value))
            assert.deepStrictEqual(
              (document.points as Record<string, unknown>)[point],
              value,
              JSON.stringify([document.notSeen, document.evidence[point]])
            )
          }).pipe(Effect.provide(settings))
        )
      }
    })
  }

  for (const round of [0, 1, 2, 3, 4, 5]) {
    it.live(`never tells another value than that of the point, whatever the others are: ${round}`, () =>
      Effect.gen(function* () {
        const chosen = Object.fromEntries(
          visible.map((point, index) => {
            const all = valuesOf(point)
            return [point, all[(round * (1 + (index % 3)) + index) % all.length]]
          })
        )
        // An answer that names an issuer other than LivePerson's word is none to the client, which goes on waiting.
        const isWord = chosen["discovery"] === false && /^sentinel$/i.test(String(chosen["issuer"]))
        const hasSignIn = chosen["issuerInAnswers"] === false || isWord
        const { document } = yield* probed({ ...chosen, sessionIdleLifetime: "30d" }, { hasSignIn })
        for (const [point, value] of Object.entries(document.points))
          assert.deepStrictEqual(value, chosen[point], point)
        assert.isAbove(Object.keys(document.points).length, visible.length / 3)
      }).pipe(Effect.provide(settings))
    )
  }

  it.live("without leave it sends nothing to the revocation endpoint, and no refresh token twice", () =>
    Effect.gen(function* () {
      const { document, exchanged } = yield* probed({}, { mayRevoke: false })
      const sent = exchanged.map(({ request }) => request)
      assert.isFalse(sent.some(({ url }) => url.includes("/revoke")))
      const refreshes = sent.flatMap(({ body = "" }) => new URLSearchParams(body).get("refresh_token") ?? [])
      const real = refreshes.filter((token) => !token.startsWith("made-up"))
      assert.strictEqual(real.length, 1)
      assert.match(document.notSeen["refreshTokens"]!, /--allow-revoke/)
      assert.match(document.notSeen["unknownTokenStatus"]!, /--allow-revoke/)
    }).pipe(Effect.provide(settings))
  )

  it.live("sends the real secret to the token endpoints alone, and four wrong ones", () =>
    Effect.gen(function* () {
      const { exchanged } = yield* probed({})
      const withSecret = exchanged.filter(({ request }) => JSON.stringify(request).includes(secrets.client))
      for (const { request } of withSecret) {
        assert.match(
          new URL(request.url).pathname,
          /^\/sentinel\/api\/(?:v2\/)?account\/\w+\/(?:app\/)?token(?:\/revoke)?$/
        )
        assert.notInclude(request.url, secrets.client)
      }
      const wrong = exchanged.filter(({ answer }) => answer.body.includes("invalid_client"))
      assert.strictEqual(wrong.length, 4)
    }).pipe(Effect.provide(settings))
  )

  it.live("tells no secret, token, id or name, in whatever form, and what it sees is a dialect as it stands", () =>
    Effect.gen(function* () {
      const { document, exchanged, said } = yield* probed({})
      const tokens = exchanged.flatMap(({ answer }) => [
        ...[...answer.body.matchAll(/"([^"]{12,})"/g)].map(([, text]) => text!),
        ...[answer.headers["set-cookie"] ?? []].flat().flatMap((line) => line.split(/[=;]/)[1] ?? [])
      ])
      const values = tokens.filter((text) => /^[\w.~+/-]+=*$/.test(text) && /\d/.test(text))
      assert.isAbove(values.length, 10)
      const inFile = JSON.stringify(document)
      for (const secret of [
        secrets.client,
        secrets.password,
        user.id,
        user.email,
        user.name,
        account,
        clientId,
        ...values
      ]) {
        for (const form of formsOf(secret)) assert.notInclude(inFile, form, secret)
      }
      const inOutput = said.replaceAll(/made-up-[\w-]+/g, "")
      for (const secret of [secrets.client, secrets.password, user.email, user.name, ...values]) {
        // The address of a sign-in has its challenge and state in it, for the browser.
        for (const form of formsOf(secret)) assert.notInclude(inOutput, form, secret)
      }
      const again = yield* SentinelFile.fromUnknown({
        points: document.points,
        accounts: [{ id: account, users: [], installations: [] }]
      })
      assert.isAbove(Object.keys(again.points ?? {}).length, 20)
    }).pipe(Effect.provide(settings))
  )

  describe("a server that is none", () => {
    const answers: Readonly<Record<string, Answering>> = {
      nonsense: (_, response) => response.end('{"keys":'),
      "a page for all": (_, response) => response.setHeader("content-type", "text/html").end("<!doctype html><p>Hello"),
      "an empty object": (_, response) => response.end("{}"),
      "LivePerson's envelope": (_, response) =>
        response.writeHead(400).end('{"error":{"message":"No.","internalCode":400,"responseStatus":400}}'),
      "an echo": (request, response) => {
        const chunks: Array<Buffer> = []
        request
          .on("data", (chunk: Buffer) => chunks.push(chunk))
          .on("end", () => {
            const sent = `${request.url ?? ""} ${Buffer.concat(chunks).toString()}`
            response.setHeader(`x-${secrets.client}`, "1").setHeader(`X-${account}`, "1")
            response
              .writeHead(400)
              .end(
                JSON.stringify({ error: sent, [secrets.client]: 1, [account]: { [clientId]: sent, [user.name]: 1 } })
              )
          })
      },
      "three million bytes": (_, response) => response.end("x".repeat(3_000_000)),
      "a redirect to another host": (_, response) =>
        response.writeHead(302, { location: "https://evil.example.com/?code=x" }).end()
    }
    for (const [name, answering] of Object.entries(answers)) {
      it.live(`answers ${name}`, () =>
        Effect.gen(function* () {
          const origin = yield* serving(answering)
          const { document, exchanged } = yield* probedAt(origin, "http://localhost:1/callback", { hasSignIn: false })
          const seen = Object.keys(document.points)
          if (name === "LivePerson's envelope") assert.includeMembers(seen, ["errorBody"])
          else if (name !== "an echo") assert.isBelow(seen.length, 4, JSON.stringify(document.points))
          assert.isTrue(exchanged.every(({ request }) => new URL(request.url).origin === origin))
          const told = JSON.stringify(document)
          for (const secret of [secrets.client, account, clientId, user.name]) assert.notInclude(told, secret)
        }).pipe(Effect.scoped, Effect.provide(settings))
      )
    }

    const ends: Readonly<
      Record<string, { readonly answering: Answering; readonly code: number; readonly most: number }>
    > = {
      "429": { answering: (_, response) => response.writeHead(429).end(), code: 6, most: 1 },
      "451": { answering: (_, response) => response.writeHead(451).end(), code: 4, most: 1 },
      "503": { answering: (_, response) => response.writeHead(503).end(), code: 6, most: 3 },
      nothing: { answering: (request) => request.socket.destroy(), code: 6, most: 3 }
    }
    for (const [name, { answering, code, most }] of Object.entries(ends)) {
      it.live(`stops at ${name}, and says so`, () =>
        Effect.gen(function* () {
          let asked = 0
          const origin = yield* serving((request, response) => {
            asked += 1
            return answering(request, response)
          })
          const { document, shortcoming } = yield* probedAt(origin, "http://localhost:1/callback")
          assert.strictEqual(asked, most)
          assert.strictEqual(shortcoming === undefined ? 0 : exitCodes[shortcoming.code], code)
          assert.deepStrictEqual(document.points, {})
        }).pipe(Effect.scoped, Effect.provide(settings))
      )
    }

    it.live("does not accept the secret, and is not asked with it again and again", () =>
      Effect.gen(function* () {
        let asked = 0
        const origin = yield* serving((request, response) => {
          if (request.method !== "POST") return response.writeHead(404).end()
          asked += 1
          return response.writeHead(400).end("No.")
        })
        const { shortcoming } = yield* probedAt(origin, "http://localhost:1/callback", { hasSignIn: false })
        assert.strictEqual(shortcoming?.code, "configuration")
        assert.isAtMost(asked, mostWrongSecrets)
      }).pipe(Effect.scoped, Effect.provide(settings))
    )
  })

  it("says in its documents how many questions it has", () => {
    for (const name of ["sentinel-dialect.md", "cli.md"]) {
      const text = Fs.readFileSync(new URL(`../../../../docs/${name}`, import.meta.url), "utf8")
      assert.include(text, `at most ${questions.length} harmless questions`)
    }
  })

  it.effect("prints flags that sentinel start reads, for each value of each point", () =>
    Effect.gen(function* () {
      const encoded = Schema.encodeSync(SentinelDialect.DialectPoints)(SentinelDialect.liveperson)
      const lists = { tokenVersions: ["1.0"], appTokenVersions: ["2.0", "1.0"], issuer: "https://a.example/?a=b,c" }
      for (const [point, value] of [...Object.entries(encoded), ...Object.entries(lists)]) {
        const flag = PointFlags.write(point, value)
        const equals = flag.indexOf("=")
        const read = yield* PointFlags.read({ [flag.slice(0, equals)]: flag.slice(equals + 1) })
        assert.deepStrictEqual(Schema.encodeSync(SentinelDialect.Changes)(read) as Record<string, unknown>, {
          [point]: value
        })
      }
    })
  )

  it.effect("keeps LivePerson's pauses: a second between requests, five between log-in calls", () =>
    Effect.gen(function* () {
      const times: Array<readonly [string, number]> = []
      const asking = Asking.make({
        announce: () => Effect.void,
        show: () => Effect.void,
        transport: {
          send: ({ url }) =>
            Effect.map(Clock.currentTimeMillis, (now) => {
              times.push([new URL(url).pathname, now])
              return { status: 400, headers: {}, body: "" }
            })
        }
      })
      const paths = ["/token", "/jwks", "/token", "/token/revoke", "/app/token", "/jwks", "/jwks"]
      const all = Effect.forEach(paths, (path) =>
        asking.transport.send({ method: "GET", url: `https://va.sentinel.liveperson.net${path}`, headers: {} })
      )
      const fiber = yield* Effect.forkChild(all)
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(
        times.map(([, time]) => time / 1000),
        [0, 1, 5, 10, 15, 16, 17]
      )
    })
  )
})
