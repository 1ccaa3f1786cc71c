import { X509Certificate } from "node:crypto"
import * as Fs from "node:fs"
import * as Net from "node:net"
import * as Path from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { base, bundle, start, temporaryDirectory } from "./Cli.ts"

let sentinel: ReturnType<typeof start>
let port = ""
let folder = ""

beforeAll(async () => {
  folder = temporaryDirectory()
  sentinel = start(["sentinel", "start", "--port", "0", "--json"])
  const said = JSON.parse((await sentinel.output(/^\{.*\}$/m))[0])
  port = new URL(said.address).port
})
afterAll(async () => {
  sentinel.child.kill()
  await sentinel.result
  Fs.rmSync(folder, { recursive: true })
})

/** A program in a file, as a user has it. */
const program = (source: string) => {
  const file = Path.join(Fs.mkdtempSync(Path.join(folder, "program ")), "program.mjs")
  Fs.writeFileSync(file, source)
  return file
}

const exec = (command: ReadonlyArray<string>, env: Record<string, string> = {}) =>
  start(["sentinel", "exec", "--", ...command], { SENTINEL_PORT: port, ...env })

const execNode = (source: string, env?: Record<string, string>) => exec(["node", program(source)], env).result

describe("le-auth sentinel exec", () => {
  it("R-E1: a program reaches Sentinel at LivePerson's names, in each way that Node has to connect", async () => {
    const { code, stdout } = await execNode(`
      import * as Https from "node:https"
      import * as Net from "node:net"
      import * as Tls from "node:tls"
      const path = "/sentinel/well-known/jwks"
      const said = []
      for (const url of ["https://api.liveperson.net", "https://VA.Sentinel.LivePerson.net", "https://liveperson.net",
        "https://a.b.c.liveperson.net:8443", "http://api.liveperson.net", "https://api.liveperson.net."]) said.push((await fetch(url + path)).status)
      said.push(await new Promise((resolve, reject) =>
        Https.get("https://lo.sentinel.liveperson.net" + path, ({ statusCode, socket }) => {
          resolve([statusCode, socket.authorized])
          socket.destroy()
        }).on("error", reject)))
      const raw = (socket) => new Promise((resolve, reject) => {
        let text = ""
        socket.on("error", reject).on("data", (bytes) => (text += bytes)).on("end", () => resolve(text.slice(0, 15)))
        socket.write("GET " + path + " HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n")
      })
      said.push(await raw(Tls.connect(443, "liveperson.net", {})))
      said.push(await raw(Net.connect({ port: 80, host: "api.liveperson.net" })))
      said.push(await raw(Net.connect(80, "api.liveperson.net")))
      said.push(await raw(new Net.Socket().connect(80, "api.liveperson.net.")))
      const first = Net.connect(443, "api.liveperson.net")
      said.push(await raw(Tls.connect({ socket: first, servername: "api.liveperson.net" })))
      console.log(JSON.stringify(said))
    `)
    assert.strictEqual(code, 0)
    const raw = "HTTP/1.1 200 OK"
    assert.deepStrictEqual(JSON.parse(stdout), [200, 200, 200, 200, 200, 200, [200, true], raw, raw, raw, raw, raw])
  })

  it("R-E1: with --tls the hosts of the Domain API speak https, and are trusted", async () => {
    const place = Fs.mkdtempSync(Path.join(folder, "tls-"))
    const encrypted = start(["sentinel", "start", "--port", "0", "--tls", "--json"], {}, bundle, { cwd: place })
    const said = JSON.parse((await encrypted.output(/^\{.*\}$/m))[0])
    const file = program(`
      const api = "https://api.liveperson.net/api/account/12345678/service/sentinel/baseURI.json?version=1.0"
      const { baseURI } = await (await fetch(api)).json()
      const path = "/sentinel/api/account/12345678/app/token?v=1.0"
      const body = new URLSearchParams({
        grant_type: "client_credentials",
        client_id: "33333333-3333-4333-8333-333333333333",
        client_secret: "development-only-secret"
      })
      const { status } = await fetch("https://" + baseURI + path, { method: "POST", body })
      console.log(baseURI, status, process.env.LE_AUTH_DOMAIN_API)
    `)
    const env = { SENTINEL_PORT: new URL(said.address).port }
    const result = await start(["sentinel", "exec", "--", "node", file], env, bundle, { cwd: place }).result
    const elsewhere = await start(["sentinel", "exec", "--", "node", file], env).result
    encrypted.child.kill()
    await encrypted.result
    assert.deepInclude(result, {
      code: 0,
      stdout: `localhost:${env.SENTINEL_PORT} 200 https://localhost:${env.SENTINEL_PORT}\n`
    })
    assert.strictEqual(elsewhere.code, 6)
    assert.include(elsewhere.stderr, "NODE_EXTRA_CA_CERTS")
  })

  it("R-E1: other names and addresses are as they are everywhere", async () => {
    const server = Net.createServer((socket) => socket.end("elsewhere")).listen(0, "127.0.0.1")
    await new Promise((resolve) => server.once("listening", resolve))
    const { stdout } = await execNode(
      `
      import * as Net from "node:net"
      for (const host of ["127.0.0.1", "localhost"]) {
        await new Promise((resolve) =>
          Net.connect(Number(process.env.ELSEWHERE), host).on("data", (bytes) => console.log(String(bytes))).on("close", resolve))
      }
      await fetch("https://notliveperson.net.invalid").catch(({ cause }) => console.log(cause.code))
      await fetch("https://liveperson.net.invalid").catch(({ cause }) => console.log(cause.code))
    `,
      { ELSEWHERE: String((server.address() as Net.AddressInfo).port) }
    )
    server.close()
    const lines = stdout.trim().split("\n")
    assert.deepStrictEqual(lines.slice(0, 2), ["elsewhere", "elsewhere"])
    for (const line of lines.slice(2)) assert.match(line, /^(?:ENOTFOUND|EAI_AGAIN)$/)
    assert.lengthOf(lines, 4)
  })

  it("R-E1: what the program starts is led there as well, and keeps options and certificates of its own", async () => {
    const mine = Path.join(folder, "mine.pem")
    Fs.writeFileSync(mine, "# mine\n")
    const preload = program("globalThis.isMine = true")
    const { code, stdout } = await execNode(
      `
      import { execFileSync } from "node:child_process"
      import { readFileSync } from "node:fs"
      const child = "fetch('https://api.liveperson.net/health/live').then(({ status }) => console.log(status, isMine))"
      console.log(String(execFileSync(process.execPath, ["-e", child])).trim())
      console.log(readFileSync(process.env.NODE_EXTRA_CA_CERTS, "utf8").startsWith("# mine"))
    `,
      { NODE_OPTIONS: `--import "${preload}"`, NODE_EXTRA_CA_CERTS: mine }
    )
    assert.deepStrictEqual([code, stdout], [0, "200 true\ntrue\n"])
  })

  it("R-E1: gives the settings of the built-in application, but for a program that has its own", async () => {
    const shown = `console.log(Object.entries(process.env).filter(([name]) => /^LE_AUTH_[ACDR]/.test(name)).sort().join(" "))`
    assert.strictEqual(
      (await execNode(shown)).stdout,
      `LE_AUTH_ACCOUNT_ID,12345678 LE_AUTH_CLIENT_ID,11111111-1111-4111-8111-111111111111 ` +
        `LE_AUTH_CLIENT_SECRET,development-only-secret LE_AUTH_DOMAIN_API,http://localhost:${port} ` +
        `LE_AUTH_REDIRECT_URI,http://localhost:3000/callback\n`
    )
    assert.strictEqual(
      (await execNode(shown, { LE_AUTH_ACCOUNT_ID: "le1" })).stdout,
      `LE_AUTH_ACCOUNT_ID,le1 LE_AUTH_DOMAIN_API,http://localhost:${port}\n`
    )
  })

  it("R-E1: ends as the program does, and says nothing where the program says something", async () => {
    assert.deepInclude(await execNode(`console.log("out"); process.exitCode = 7`), { code: 7, stdout: "out\n" })
    assert.strictEqual((await exec(["sh", "-c", "kill -9 $$"]).result).code, 137)
    const missing = await exec(["no-such-program"]).result
    assert.strictEqual(missing.code, 1)
    assert.include(missing.stderr, "There is no program no-such-program.")
    const flags = await exec([
      "node",
      program("console.log(process.argv.slice(2).join())"),
      "--json",
      "--help",
      "--",
      "-x"
    ]).result
    assert.deepInclude(flags, { code: 0, stdout: "--json,--help,--,-x\n" })
  })

  it("R-E1: hands signals on, waits for the program, and leaves no file", async () => {
    const running = exec([
      "node",
      program(`
        import { dirname } from "node:path"
        process.on("SIGTERM", () => setTimeout(() => process.exit(3), 100))
        setInterval(() => {}, 1000)
        console.log("ready " + dirname(process.env.NODE_EXTRA_CA_CERTS))
      `)
    ])
    const [, files = ""] = await running.output(/ready (.+)/)
    assert.isTrue(Fs.existsSync(files))
    assert.strictEqual(Fs.statSync(files).mode & 0o077, 0)
    running.child.kill("SIGTERM")
    assert.strictEqual((await running.result).code, 3)
    assert.isFalse(Fs.existsSync(files))
  })

  it("R-E1: the authority is new each time, has no key in a file, and names nothing but liveperson.net", async () => {
    const read = `
      import { readFileSync } from "node:fs"
      console.log(readFileSync(process.env.NODE_EXTRA_CA_CERTS, "utf8"))
    `
    const [one, other] = await Promise.all([execNode(read), execNode(read)])
    assert.notStrictEqual(one.stdout, other.stdout)
    assert.notInclude(one.stdout, "PRIVATE KEY")
    const certificate = new X509Certificate(one.stdout)
    assert.isTrue(certificate.ca)
    assert.isTrue(certificate.raw.includes(Buffer.from("liveperson.net")))
    assert.isFalse(certificate.raw.includes(Buffer.from("localhost")))
  })

  it("R-E1: without a Sentinel it says how to start one", async () => {
    const { code, stderr } = await start(["sentinel", "exec", "--", "node", "-v"], { ...base, SENTINEL_PORT: "1" })
      .result
    assert.strictEqual(code, 6)
    assert.include(stderr, "le-auth sentinel start --tls")
  })
})
