/** A Sentinel that speaks TLS, as programs of several languages meet it. */
import * as Fs from "node:fs"
import * as Path from "node:path"
import * as Tls from "node:tls"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { afterAll, assert, describe, it } from "vitest"
import { certificate } from "../../../tools/certificate.ts"
import { exchange } from "../../../tools/hostile-clients.ts"
import { python } from "../../../tools/python.ts"
import { base, here, start, temporaryDirectory } from "./Cli.ts"

const directory = temporaryDirectory()
afterAll(() => Fs.rmSync(directory, { recursive: true }))

const folderOf = (name: string): string => {
  const folder = Path.join(directory, name)
  Fs.mkdirSync(folder)
  return folder
}

/** A Sentinel in a folder of its own, and what it says of itself. */
const running = async (cwd: string, flags: ReadonlyArray<string>) => {
  const sentinel = start(
    ["sentinel", "start", "--port", "0", "--control-port", "0", "--json", "--no-access-log", ...flags],
    {},
    undefined,
    { cwd }
  )
  const facts = JSON.parse((await sentinel.output(/^\{.*\}$/m))[0])
  const stop = async () => {
    sentinel.child.kill()
    return sentinel.result
  }
  return {
    ...sentinel,
    address: facts.address as string,
    environment: facts.environment as Record<string, string>,
    stop
  }
}

const portOf = (address: string) => Number(new URL(address).port)

/** What a Node program of its own makes of a Sentinel. */
const node = async (domainApi: string, env: Record<string, string> = {}) => {
  const child = spawn(process.execPath, ["--conditions=@le-auth/source", here("sentinel/TlsClient.ts"), domainApi], {
    env: { ...base, ...env },
    stdio: ["ignore", "pipe", "inherit"]
  })
  let output = ""
  child.stdout.setEncoding("utf8").on("data", (part: string) => void (output += part))
  await once(child, "close")
  return JSON.parse(output) as { readonly sentinel?: string; readonly problem?: string }
}

/** The serial number of the certificate that a port has now. */
const serialAt = async (port: number) => {
  const socket = Tls.connect({ port, host: "127.0.0.1", rejectUnauthorized: false })
  await once(socket, "secureConnect")
  const { serialNumber } = socket.getPeerCertificate()
  socket.destroy()
  return serialNumber
}

describe("sentinel start --tls", { timeout: 90_000 }, () => {
  it("lets le-auth's client sign in, refresh, revoke and get an app token, once it is told of the authority", async () => {
    const sentinel = await running(folderOf("client"), ["--tls", "--host-name", "sentinel"])
    try {
      const domainApi = `https://localhost:${portOf(sentinel.address)}`
      assert.deepStrictEqual<object>(await node(domainApi, sentinel.environment), {
        sentinel: domainApi,
        revoked: true,
        hasAppToken: true
      })
      // R-E5: a certificate that is not trusted is named as such.
      assert.match((await node(domainApi)).problem ?? "", /certificate/i)
    } finally {
      assert.strictEqual((await sentinel.stop()).code, 0)
    }
  })

  it("is believed by Python, and has cookies that only https can set", async () => {
    const sentinel = await running(folderOf("python"), ["--tls", "--tls-name", "sentinel"])
    try {
      const query = new URLSearchParams({
        v: "1.0",
        response_type: "code",
        client_id: "22222222-2222-4222-8222-222222222222",
        redirect_uri: "http://127.0.0.1:4401/callback"
      })
      const program = `
import json, ssl, urllib.parse, urllib.request
base = ${JSON.stringify(sentinel.address)}
class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_): return None
opener = urllib.request.build_opener(Stay)
try:
    opener.open(base + "/sentinel/api/account/12345678/authorize?${query.toString()}")
except urllib.error.HTTPError as answer:
    cookie = answer.headers["set-cookie"]
form = urllib.parse.urlencode({"grant_type": "client_credentials",
    "client_id": "33333333-3333-4333-8333-333333333333", "client_secret": "development-only-secret"})
token = json.load(urllib.request.urlopen(base + "/sentinel/api/account/12345678/app/token?v=1.0", form.encode()))
strict = ssl.create_default_context()
strict.verify_flags |= ssl.VERIFY_X509_STRICT
urllib.request.urlopen(base + "/health/ready", context=strict)
print(json.dumps({"cookie": cookie, "token": "access_token" in token}))
`
      const { cookie, token } = JSON.parse(await python(program, sentinel.environment))
      assert.isTrue(token)
      assert.match(cookie, /^__Host-sentinel-login=.*; Path=\/.*Secure/i)
    } finally {
      await sentinel.stop()
    }
  })

  it("R100: answers with the host it was asked by, if that is its own, and tells those that speak plain http", async () => {
    const sentinel = await running(folderOf("hosts"), ["--tls", "--host-name", "sentinel"])
    try {
      const asked = async (host: string) => {
        const head = `GET /api/account/12345678/service/sentinel/baseURI.json?version=1.0 HTTP/1.1\r\nHost: ${host}\r\n`
        const answer = await exchange(portOf(sentinel.address), `${head}Connection: close\r\n\r\n`, true)
        return /"baseURI":"([^"]*)"/.exec(answer)?.[1]
      }
      assert.strictEqual(await asked("sentinel:9443"), "sentinel:9443")
      assert.strictEqual(await asked("127.0.0.1:7777"), "127.0.0.1:7777")
      assert.strictEqual(await asked("evil.example"), `localhost:${portOf(sentinel.address)}`)
      const plain = await exchange(portOf(sentinel.address), "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
      assert.match(plain, /^HTTP\/1\.1 400 [^]*Begin the address with https:/)
    } finally {
      await sentinel.stop()
    }
  })

  it("has one authority, for its user only, however many start at once", async () => {
    const folder = folderOf("many")
    const all = await Promise.all(Array.from({ length: 4 }, () => running(folder, ["--tls"])))
    const authority = Path.join(folder, ".le-auth", "authority.json")
    const trusted = Fs.readFileSync(all[0]!.environment["NODE_EXTRA_CA_CERTS"]!, "utf8")
    try {
      for (const { address, environment } of all) {
        assert.strictEqual(Fs.readFileSync(environment["NODE_EXTRA_CA_CERTS"]!, "utf8"), trusted)
        const socket = Tls.connect({ port: portOf(address), host: "127.0.0.1", servername: "localhost", ca: trusted })
        await once(socket, "secureConnect")
        socket.destroy()
      }
      assert.strictEqual(Fs.statSync(authority).mode & 0o777, 0o600)
      assert.strictEqual(Fs.statSync(Path.dirname(authority)).mode & 0o777, 0o700)
      assert.strictEqual(Fs.readFileSync(Path.join(folder, ".le-auth", ".gitignore"), "utf8"), "*\n")
    } finally {
      await Promise.all(all.map(({ stop }) => stop()))
    }
    // The next one has the same, and another one if it has a name that this may not have.
    await (await running(folder, ["--tls"])).stop()
    assert.strictEqual(Fs.readFileSync(Path.join(folder, ".le-auth", "ca.pem"), "utf8"), trusted)
    await (await running(folder, ["--tls", "--tls-name", "sentinel"])).stop()
    const grown = Fs.readFileSync(Path.join(folder, ".le-auth", "ca.pem"), "utf8")
    assert.notStrictEqual(grown, trusted)
    await (await running(folder, ["--tls"])).stop()
    assert.strictEqual(Fs.readFileSync(Path.join(folder, ".le-auth", "ca.pem"), "utf8"), grown)
  })

  it("refuses a name that a public DNS may have, and flags that contradict each other", async () => {
    const refused = async (...flags: ReadonlyArray<string>) =>
      (await start(["sentinel", "start", ...flags]).result).stderr
    assert.match(await refused("--tls", "--tls-name", "sentinel.example.com"), /a name that no public DNS has/)
    assert.match(await refused("--tls-name", "sentinel"), /--tls-name: is for the certificate that --tls makes/)
    assert.match(await refused("--tls-cert", here("Cli.ts")), /--tls-key: is missing/)
  })
})

describe("sentinel start --tls-cert", { timeout: 60_000 }, () => {
  it("takes a changed certificate over while it runs, and keeps the old one if the new one is wrong", async () => {
    const folder = folderOf("files")
    const [cert, key] = [Path.join(folder, "cert.pem"), Path.join(folder, "key.pem")]
    const write = (pair: { readonly cert: string; readonly key: string }) => {
      Fs.writeFileSync(cert, pair.cert)
      Fs.writeFileSync(key, pair.key)
    }
    write(certificate({ name: "localhost" }))
    const sentinel = await running(folder, ["--tls-cert", cert, "--tls-key", key])
    try {
      const port = portOf(sentinel.address)
      const first = await serialAt(port)
      write(certificate({ name: "localhost" }))
      await sentinel.output(/certificate taken over/)
      const second = await serialAt(port)
      assert.notStrictEqual(second, first)
      Fs.writeFileSync(key, certificate().key)
      await sentinel.output(/does not belong to the certificate/)
      assert.strictEqual(await serialAt(port), second)
    } finally {
      await sentinel.stop()
    }
  })

  it("says what is wrong with the files", async () => {
    const folder = folderOf("wrong")
    const [cert, key] = [Path.join(folder, "cert.pem"), Path.join(folder, "key.pem")]
    Fs.writeFileSync(cert, certificate({ until: "200101000000Z" }).cert)
    Fs.writeFileSync(key, certificate().key)
    const { code, stderr } = await start(["sentinel", "start", "--port", "0", "--tls-cert", cert, "--tls-key", key])
      .result
    assert.strictEqual(code, 7)
    assert.include(stderr, `--tls-cert: ${cert} has ended, on 2020-01-01`)
  })
})
