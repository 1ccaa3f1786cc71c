import * as Http from "node:http"
import * as Https from "node:https"
import type { AddressInfo, Server } from "node:net"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { certificate } from "../../../tools/certificate.ts"
import { run, start } from "./Cli.ts"

const asked: Array<string> = []
let status = 403
const proxy = Http.createServer((request, response) => {
  asked.push(`${request.method} ${request.url}`)
  response.writeHead(status).end()
}).on("connect", (request, socket) => {
  asked.push(`CONNECT ${request.url}`)
  socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`)
})
const untrusted = Https.createServer(certificate({ name: "localhost" }), (_, response) => void response.end("{}"))

const listen = (server: Server) => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
const portOf = (server: Server) => (server.address() as AddressInfo).port

beforeAll(() => Promise.all([listen(proxy), listen(untrusted)]))
afterAll(() => {
  for (const server of [proxy, untrusted]) {
    server.close()
    server.closeAllConnections()
  }
})

const settings = {
  LE_AUTH_ACCOUNT_ID: "12345678",
  LE_AUTH_CLIENT_ID: "c",
  LE_AUTH_CLIENT_SECRET: "s",
  LE_AUTH_REDIRECT_URI: "http://localhost:3000/callback"
}

describe("behind a company's proxy", () => {
  const behind = () => ({
    ...settings,
    LE_AUTH_DOMAIN_API: "https://api.example.invalid",
    HTTPS_PROXY: `http://user:planted@127.0.0.1:${portOf(proxy)}`,
    HTTP_PROXY: `http://user:planted@127.0.0.1:${portOf(proxy)}`
  })

  it.each([
    [403, "the proxy does not let it through", "NO_PROXY"],
    [407, "the proxy wants credentials", "HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT"]
  ])(
    "D14, D15: a proxy that answers %s is named, and the exit code promises nothing for later",
    async (code, what, remedy) => {
      status = code
      asked.length = 0
      const domains = await run(["domains"], behind())
      assert.strictEqual(domains.code, 7, domains.stderr)
      assert.include(domains.stderr, `${what}, over the proxy 127.0.0.1:${portOf(proxy)} (${code})`)
      assert.include(domains.stderr, remedy)
      assert.deepStrictEqual(asked, ["CONNECT api.example.invalid:443"])
      const doctor = await run(["doctor"], behind())
      assert.strictEqual(doctor.code, 7, doctor.stdout)
      assert.include(doctor.stdout, `go over the proxy 127.0.0.1:${portOf(proxy)}: HTTPS_PROXY names it`)
      assert.include(doctor.stdout, what)
      assert.notInclude(domains.stderr + doctor.stdout + doctor.stderr, "planted")
    }
  )

  it("D15: doctor says why a request goes straight", async () => {
    for (const [more, why] of [
      [{ NO_PROXY: "example.invalid" }, "NO_PROXY lists it"],
      [{ NODE_USE_ENV_PROXY: "0" }, "NODE_USE_ENV_PROXY is 0"],
      [{ HTTPS_PROXY: "" }, "no HTTPS_PROXY or HTTP_PROXY applies to it"],
      [{ LE_AUTH_DOMAIN_API: "http://127.0.0.1:1" }, "it is this computer"]
    ] as const) {
      const { stdout } = await run(["doctor"], { ...behind(), ...more })
      assert.include(stdout, `straight: ${why}`)
    }
    const { code, stdout } = await run(["doctor"], { ...behind(), HTTPS_PROXY: "nonsense://p" })
    assert.include(stdout, "HTTPS_PROXY is not the address of a proxy")
    assert.strictEqual(code, 7)
  })

  it("D15: a Sentinel's telemetry goes over it", async () => {
    status = 200
    asked.length = 0
    const sentinel = start(["sentinel", "start", "--port", "0", "--json"], {
      ...behind(),
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector.example.invalid:4318"
    })
    await sentinel.output(/^\{.*\}$/m)
    sentinel.child.kill()
    assert.strictEqual((await sentinel.result).code, 0)
    assert.include(asked, "POST http://collector.example.invalid:4318/v1/metrics")
  })

  it("D15: what a local Sentinel is told does not go over it", async () => {
    asked.length = 0
    const sentinel = start(["sentinel", "start", "--port", "0", "--json"])
    const { control } = JSON.parse((await sentinel.output(/^\{.*\}$/m))[0])
    const { code, stderr } = await run(["sentinel", "clock", "--control", control], {
      ...behind(),
      NODE_USE_ENV_PROXY: "1"
    })
    sentinel.child.kill()
    await sentinel.result
    assert.strictEqual(code, 0, stderr)
    assert.deepStrictEqual(asked, [])
  })
})

describe("an untrusted certificate", () => {
  it("D14: is named with the remedy, by domains and by doctor, and waiting is not offered", async () => {
    const at = { ...settings, LE_AUTH_DOMAIN_API: `https://localhost:${portOf(untrusted)}` }
    for (const command of ["domains", "doctor"]) {
      const { code, stderr, stdout } = await run([command], at)
      assert.strictEqual(code, 7)
      assert.include(stderr + stdout, "its certificate is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)")
      assert.include(stderr + stdout, "NODE_EXTRA_CA_CERTS")
      assert.notInclude(stderr + stdout, "Try again later")
    }
  })
})
