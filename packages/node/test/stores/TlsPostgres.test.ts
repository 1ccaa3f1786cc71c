/** A PostgreSQL whose certificate only a CA of one's own has signed. */
import { assert, describe, it } from "@effect/vitest"
import * as NodeDatabase from "@le-auth/node/NodeDatabase"
import * as StoreUrl from "@le-auth/node/StoreUrl"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as SqlClient from "effect/sql/SqlClient"
import * as Fs from "node:fs"
import * as Net from "node:net"
import * as Path from "node:path"
import * as Tls from "node:tls"
import { certificate } from "../../../../tools/certificate.ts"
import * as PostgresDatabase from "../PostgresDatabase.ts"
import { directory } from "../Samples.ts"

const server = PostgresDatabase.ofThisFile()

/** Speaks TLS before a PostgreSQL that does not, as a pooler or a load balancer does. */
const behindTls = (url: string, tls: { readonly cert: string; readonly key: string }) =>
  Effect.acquireRelease(
    Effect.callback<Net.Server>((resume) => {
      const { hostname, port } = new URL(url)
      const server = Net.createServer((near) => {
        near.on("error", () => undefined)
        // The first message of a client asks for TLS; "S" is yes.
        near.once("data", () => {
          near.write("S")
          const secure = new Tls.TLSSocket(near, { isServer: true, ...tls })
          const far = Net.connect(Number(port), hostname)
          far.on("error", () => secure.destroy())
          secure.on("error", () => far.destroy())
          secure.on("close", () => far.destroy())
          secure.pipe(far).pipe(secure)
        })
      })
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.sync(() => server.close())
  )

describe("a CA of one's own", () => {
  it.live("D1: is named by sslrootcert or PGSSLROOTCERT, and a certificate of another is refused with what to do", () =>
    Effect.gen(function* () {
      const [own, other] = [certificate({ name: "localhost" }), certificate({ name: "localhost" })]
      const folder = yield* directory
      const file = (name: string, text: string) => {
        Fs.writeFileSync(Path.join(folder, name), text)
        return Path.join(folder, name)
      }
      const listening = yield* behindTls(server.url, own)
      const port = String((listening.address() as Net.AddressInfo).port)
      const ask = (parameters: string) => {
        const url = Result.getOrThrow(
          StoreUrl.fromText(`${Object.assign(new URL(server.url), { port, hostname: "localhost" }).href}?${parameters}`)
        )
        if (url._tag !== "Postgres") return assert.fail("it is a URL of PostgreSQL")
        return Effect.result(
          SqlClient.SqlClient.use((sql) => sql<{ one: number }>`SELECT 1 AS one`).pipe(
            Effect.provide(NodeDatabase.layer(url))
          )
        )
      }
      const right = file("right.pem", own.cert)
      const refused = Effect.fnUntraced(function* (parameters: string) {
        const result = yield* ask(parameters)
        if (Result.isSuccess(result)) return assert.fail(`${parameters} connects`)
        return result.failure.message
      })

      assert.isTrue(Result.isSuccess(yield* ask(`sslmode=verify-full&sslrootcert=${right}`)))
      assert.isTrue(Result.isSuccess(yield* ask(`sslrootcert=${right}`)))

      for (const parameters of [
        "sslmode=require",
        "sslmode=verify-full&sslrootcert=system",
        `sslmode=require&sslrootcert=${file("wrong.pem", other.cert)}`
      ]) {
        const message = yield* refused(parameters)
        assert.match(message, /self.signed certificate|unable to/i)
        assert.match(message, /sslrootcert.*NODE_EXTRA_CA_CERTS/)
      }
      assert.include(yield* refused("sslrootcert=/no/such.pem"), "sslrootcert names /no/such.pem: ENOENT")
      assert.include(
        yield* refused(`sslrootcert=${file("empty.pem", "nothing")}`),
        "empty.pem: there is no certificate in it"
      )

      process.env["PGSSLROOTCERT"] = right
      yield* Effect.addFinalizer(() => Effect.sync(() => void delete process.env["PGSSLROOTCERT"]))
      assert.isTrue(Result.isSuccess(yield* ask("sslmode=require")))
      process.env["PGSSLROOTCERT"] = "/no/such.pem"
      assert.include(yield* refused("sslmode=require"), "PGSSLROOTCERT names /no/such.pem")
      assert.isTrue(Result.isSuccess(yield* ask(`sslmode=require&sslrootcert=${right}`)), "the URL wins")
    })
  )
})
