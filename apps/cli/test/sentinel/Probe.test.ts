/**
 * `le-auth sentinel probe`, against a real Sentinel over HTTP with one point changed: it gives the value back.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { AppInstallation } from "@le-auth/core/AppInstallations"
import { AccountId, ClientId, RedirectUri } from "@le-auth/core/Identifiers"
import { Origin } from "@le-auth/core/Origin"
import * as NodeCrypto from "@le-auth/node/NodeCrypto"
import * as NodeListener from "@le-auth/node/NodeListener"
import * as NodeServerSignIn from "@le-auth/node/NodeServerSignIn"
import * as SystemBrowser from "@le-auth/node/SystemBrowser"
import * as Sentinel from "@le-auth/sentinel/Sentinel"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as SentinelDialect from "@le-auth/sentinel/SentinelDialect"
import * as SentinelFile from "@le-auth/sentinel/SentinelFile"
import * as Console from "effect/Console"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import type { AddressInfo } from "node:net"
import { freePort } from "../../../../tools/free-port.ts"
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

/** Serves a Sentinel with these points, and probes it with all that may be allowed. */
const probed = Effect.fnUntraced(function* (
  changes: Changes,
  allowed: { readonly mayRevoke?: boolean; readonly hasSignIn?: boolean } = {}
) {
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
  const domainApi = Origin.make(`http://127.0.0.1:${port}`)
  const installation = new AppInstallation({
    accountId: AccountId.make(account),
    clientId: ClientId.make(clientId),
    clientSecret: Redacted.make(secrets.client),
    redirectUris: [RedirectUri.make(redirectUri)]
  })
  const said: Array<string> = []
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
        NodeServerSignIn.layerCalls,
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
  return { ...result, said: said.join("\n") }
}, Effect.scoped)

/** The values of the points that can be seen, other than the default. */
const values: { readonly [P in PointName]?: ReadonlyArray<unknown> } = {
  issuer: ["sentinel", "Sentinel", "another-issuer"],
  appTokenIssuer: ["Sentinel", "sentinel", "another-issuer"],
  accessTokenLifetime: ["1s", "1h30m", "8h", "30d"],
  appTokenLifetime: ["1s", "1h30m", "365d"],
  idTokenLifetime: ["2s", "10m", "1d"],
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

/** What must also be so for a point to be seen at all. */
const where = (point: PointName, value: unknown): Changes => {
  const alone = { [point]: value } as Changes
  if (point === "idTokenLifetime" || point === "accessTokenLifetime") return { ...alone, sessionIdleLifetime: "30d" }
  return alone
}

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

  for (const point of visible) {
    describe(point, () => {
      for (const value of valuesOf(point)) {
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
})
