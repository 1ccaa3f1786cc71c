import { fetch } from "@effect/platform-node/Undici"
import { Action, FaultTarget } from "@le-auth/sentinel/Fault"
import { FilterRoute } from "@le-auth/sentinel/JournalEntry"
import { EventType } from "@le-auth/sentinel/Webhook"
import { createHmac } from "node:crypto"
import * as Fs from "node:fs"
import * as Http from "node:http"
import type { AddressInfo } from "node:net"
import * as Path from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { run, runWith, start, temporaryDirectory } from "./Cli.ts"

let sentinel: ReturnType<typeof start>
let address = ""
let control = ""

beforeAll(async () => {
  sentinel = start(["sentinel", "start", "--port", "0", "--json"])
  const said = JSON.parse((await sentinel.output(/^\{.*\}$/m))[0])
  address = said.address
  control = said.control
})
afterAll(async () => {
  sentinel.child.kill()
  await sentinel.result
})

const tell = (...args: ReadonlyArray<string>) => run(["sentinel", ...args], { SENTINEL_CONTROL: control })
const domain = async () =>
  (await fetch(`${address}/api/account/12345678/service/sentinel/baseURI.json?version=1.0`)).status

describe("le-auth sentinel fault", () => {
  it("R91: arms a fault that requests meet in their order, lists what it has met, and removes it", async () => {
    const added = await tell(
      "fault",
      "add",
      "too-many-requests",
      "--route",
      "domain",
      "--nth",
      "2",
      "--set",
      "retry_after=7"
    )
    assert.deepStrictEqual([added.code, added.stderr], [0, ""])
    assert.include(added.stdout, "fault-1  too-many-requests  retry_after=7  route=domain nth=2")
    assert.deepStrictEqual([await domain(), await domain(), await domain()], [200, 429, 200])
    const listed = JSON.parse((await tell("fault", "list", "--json")).stdout)
    assert.deepInclude(listed[0], { id: "fault-1", matched: 3, acted: 1 })
    assert.strictEqual((await tell("fault", "clear", "fault-1")).code, 0)
    const empty = await tell("fault", "list")
    assert.deepStrictEqual([empty.stdout, empty.stderr], ["", "There are no faults.\n"])
    const again = await tell("fault", "clear", "fault-1")
    assert.deepStrictEqual([again.code, again.stderr], [1, "le-auth: There is no fault fault-1.\n"])
  })

  it("offers every action there is", async () => {
    const { stdout } = await tell("fault", "add", "--help")
    for (const { fields } of Action.members) assert.include(stdout, fields.type.schema.literal)
  })

  it("offers every route there is, for a fault and for the journal", async () => {
    const choices = async (...command: ReadonlyArray<string>) =>
      /--route choice.*\(choices: (.*?)\)/.exec((await tell(...command, "--help")).stdout)?.[1]?.split(", ")
    assert.sameMembers((await choices("fault", "add")) ?? [], [...FaultTarget.literals])
    assert.sameMembers((await choices("journal")) ?? [], [...FilterRoute.literals])
  })

  it("says everything that is wrong with a fault", async () => {
    const { code, stderr } = await tell("fault", "add", "delay", "--set", "by=never", "--set", "x=1")
    assert.strictEqual(code, 2)
    for (const path of ["action.by", "action.x"]) assert.include(stderr, `  - ${path}: `)
    const elsewhere = await tell("fault", "add", "delay", "--route", "nowhere", "--set", "by=1s")
    assert.strictEqual(elsewhere.code, 2)
    assert.include(elsewhere.stderr, '--route cannot be "nowhere"')
  })
})

describe("le-auth sentinel service and stub", () => {
  const route = "GET /api/account/{account}/lambdas/{id}"
  const host = async () => {
    const response = await fetch(`${address}/api/account/12345678/service/msgHist/baseURI`)
    return ((await response.json()) as { readonly baseURI: string }).baseURI
  }

  it("R100: a service moves and comes back while Sentinel runs", async () => {
    const own = await host()
    const set = await tell("service", "set", "msgHist", "localhost:7000")
    assert.deepStrictEqual([set.code, set.stderr], [0, "msgHist is at localhost:7000 now.\n"])
    assert.strictEqual(await host(), "localhost:7000")
    assert.strictEqual((await tell("service", "list")).stdout, "msgHist  localhost:7000\n")
    assert.strictEqual((await tell("service", "remove", "msgHist", "--account", "12345678")).code, 0)
    assert.strictEqual(await host(), own)
    const wrong = await tell("service", "set", "msgHist", "http://localhost")
    assert.deepStrictEqual([wrong.code, wrong.stderr.includes("host: must be a bare host")], [2, true])
  })

  it("R100: a stub answers, is listed, and is gone", async () => {
    const at = `${address}/api/account/12345678/lambdas/1`
    const added = await tell("stub", "add", "faasGW", route, "--token", "none", "--status", "203", "--json-body", "[1]")
    assert.deepStrictEqual([added.code, added.stderr], [0, `faasGW answers ${route} now.\n`])
    const answer = await fetch(at)
    assert.deepStrictEqual([answer.status, await answer.text()], [203, "[1]"])
    assert.strictEqual((await tell("stub", "list")).stdout, `faasGW  ${route}  token=none  203\n`)
    assert.deepStrictEqual(JSON.parse((await tell("stub", "list", "--json")).stdout), {
      faasGW: [{ route, token: "none", status: 203, json: [1] }]
    })
    assert.strictEqual((await tell("stub", "remove", "faasGW", route)).code, 0)
    assert.strictEqual((await fetch(at)).status, 404)
    const own = await tell("stub", "add", "a", "GET /api/account/{account}/service/baseURI")
    assert.deepStrictEqual([own.code, own.stderr.includes("route: has a path of Sentinel's own")], [2, true])
    assert.strictEqual((await tell("stub", "add", "a", route, "--json-body", "{")).code, 2)
  })

  it("R100: a token on standard input is introspected, and a wrong one is exit code 1", async () => {
    const response = await fetch(`${address}/sentinel/api/v2/account/12345678/app/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: "33333333-3333-4333-8333-333333333333",
        client_secret: "development-only-secret"
      })
    })
    const { access_token } = (await response.json()) as { readonly access_token: string }
    const introspect = (token: string) =>
      runWith(`${token}\n`, ["sentinel", "introspect", "--json"], { SENTINEL_CONTROL: control })
    const good = await introspect(access_token)
    assert.strictEqual(good.code, 0, good.stderr)
    assert.deepInclude(JSON.parse(good.stdout), { active: true, scope: "users.external", aud: "12345678" })
    assert.notInclude(good.stdout + good.stderr, access_token)
    const wrong = await introspect("planted")
    assert.deepStrictEqual([wrong.code, JSON.parse(wrong.stdout.split("\n")[0]!).active], [1, false])
    assert.notInclude(wrong.stdout + wrong.stderr, "planted")
  })
})

describe("le-auth sentinel clock", () => {
  it("shows the time, and sets it forward", async () => {
    const before = JSON.parse((await tell("clock", "--json")).stdout)
    const after = JSON.parse((await tell("clock", "advance", "8h", "--json")).stdout)
    assert.strictEqual(after.ahead, "8h")
    assert.isAtLeast(Date.parse(after.now) - Date.parse(before.now), 8 * 3_600_000)
    assert.match((await tell("clock")).stdout, /^\d{4}-.*Z, 8h ahead\n$/)
    assert.strictEqual((await tell("clock", "advance", "never")).code, 2)
    assert.strictEqual(JSON.parse((await tell("clock", "real", "--json")).stdout).ahead, "0s")
  })
})

describe("le-auth sentinel journal", () => {
  it("shows what was decided, and follows it until Sentinel stops", async () => {
    const other = start(["sentinel", "start", "--port", "0", "--json"])
    const said = JSON.parse((await other.output(/^\{.*\}$/m))[0])
    const following = start(["sentinel", "journal", "--follow", "--json", "--control", said.control])
    const unknown = `${said.address}/sentinel/api/account/12345678/authorize?client_id=nobody&state=planted`
    await fetch(unknown)
    await following.output(/"route":"authorize"/)
    // What comes after that, only the following can bring.
    await fetch(said.address + "/sentinel/api/account/12345678/token")
    await following.output(/"route":"token"/)
    await fetch(unknown)
    const { stdout } = await run(["sentinel", "journal", "--limit", "1", "--control", said.control])
    assert.match(stdout, /^\S+Z  GET authorize 401  unauthorized_client/)
    assert.strictEqual(stdout.split("\n").length, 2)
    for (const [count, ...flags] of [
      [2, "--route", "authorize", "--outcome", "refused"],
      [1, "--route", "token"],
      [2, "--text", "NOBODY"],
      [0, "--application", "nobody"]
    ] as const) {
      const found = await run(["sentinel", "journal", "--control", said.control, ...flags])
      assert.strictEqual(found.stdout.split("\n").length - 1, count, flags.join(" "))
    }
    other.child.kill()
    await other.result
    const result = await following.result
    assert.deepStrictEqual([result.code, result.stderr], [0, ""])
    for (const line of result.stdout.trimEnd().split("\n")) assert.property(JSON.parse(line), "sequence")
    assert.notInclude(result.stdout, "planted")
  })
})

describe("le-auth sentinel webhook", () => {
  const received: Array<{ readonly body: Buffer; readonly headers: Http.IncomingHttpHeaders }> = []
  const receiver = Http.createServer((request, response) => {
    const parts: Array<Buffer> = []
    request.on("data", (part: Buffer) => parts.push(part))
    request.on("end", () => {
      received.push({ body: Buffer.concat(parts), headers: request.headers })
      response.writeHead(received.length === 2 ? 503 : 200).end("th\u001b[31manks")
    })
  })
  let url = ""
  beforeAll(async () => {
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve))
    url = `http://localhost:${(receiver.address() as AddressInfo).port}/webhooks`
  })
  afterAll(() => receiver.close())

  it("K2: sends one for the built-in application, with no settings at all", async () => {
    const { code, stderr, stdout } = await tell("webhook", url)
    assert.deepStrictEqual([code, stderr], [0, ""])
    assert.match(stdout, /^answered 200 {2}\d+\.\d ms {2}th\S+anks\n$/)
    assert.notInclude(stdout, "\u001b")
    const { body, headers } = received.at(-1)!
    assert.include(body.toString(), '"ContentEvent"')
    assert.strictEqual(
      headers["x-liveperson-signature"],
      `sha1=${createHmac("sha1", "development-only-secret").update(body).digest("base64")}`
    )
  })

  it("K2: sends the bytes of a file, in the form that is asked for, and repeats them", async () => {
    const file = Path.join(temporaryDirectory(), "event.json")
    const bytes = Buffer.from('\ufeff{ "a" : 1.0 }\r\n')
    Fs.writeFileSync(file, bytes)
    const signature = ["--hash", "sha256", "--encoding", "hex"]
    const late = ["--fault", "late", "--by", "1ms"]
    const { code, stdout } = await tell(
      "webhook",
      url,
      "--body-file",
      file,
      "--max-retries",
      "2",
      "--json",
      ...signature,
      ...late
    )
    assert.strictEqual(code, 0)
    const { accepted, deliveries } = JSON.parse(stdout)
    assert.isTrue(accepted)
    assert.deepStrictEqual(
      deliveries.map(({ status }: { readonly status: number }) => status),
      [503, 200]
    )
    const { body, headers } = received.at(-1)!
    assert.deepStrictEqual(body, bytes)
    assert.strictEqual(
      headers["x-liveperson-signature"],
      `sha256=${createHmac("sha256", "development-only-secret").update(bytes).digest("hex")}`
    )
  })

  it("K2: takes the secret from the settings, and says what does not fit, without it", async () => {
    const before = received.length
    const settings = {
      SENTINEL_CONTROL: control,
      LE_AUTH_ACCOUNT_ID: "12345678",
      LE_AUTH_CLIENT_ID: "11111111-1111-4111-8111-111111111111",
      LE_AUTH_CLIENT_SECRET: "planted-secret",
      LE_AUTH_REDIRECT_URI: "http://localhost:3000/callback"
    }
    const told = (args: ReadonlyArray<string>, env = settings) => run(["sentinel", "webhook", ...args], env)
    const refused: ReadonlyArray<
      readonly [Promise<{ code: number | null; stdout: string; stderr: string }>, number, RegExp]
    > = [
      [told([url]), 1, /client_secret: is not that of the application/],
      [
        told([url], { ...settings, LE_AUTH_CLIENT_ID: "another" }),
        1,
        /no enabled application another in account 12345678/
      ],
      [tell("webhook", "http://example.com/"), 1, /url: is not on this computer/],
      [tell("webhook", "http://user:word@localhost/"), 2, /url: must have no user name and no password/],
      [tell("webhook", url, "--max-retries", "6"), 2, /max_retries: .*from 0 to 5/],
      [tell("webhook", url, "--fault", "late", "--by", "2m"), 2, /at most 1 minute/],
      [tell("webhook", url, "--by", "2s"), 2, /--by needs --fault late/],
      [
        told([url], { ...settings, SENTINEL_CONTROL: "http://control.example:4402" }),
        2,
        /--control must be https, or on this computer/
      ],
      [tell("webhook", "http://127.0.0.1:1/"), 1, /The receiver did not answer/]
    ]
    for (const [result, code, words] of refused) {
      const { stderr, stdout, ...ended } = await result
      assert.match(stderr, words)
      assert.strictEqual(ended.code, code, stderr)
      assert.notMatch(stdout + stderr, /planted-secret|user:word/)
    }
    assert.lengthOf(received, before)
  })

  it("offers every event there is", async () => {
    const { stdout } = await tell("webhook", "--help")
    for (const event of EventType.literals) assert.include(stdout, event)
  })
})

describe("what comes from others", () => {
  it("S25: reaches the terminal without a character that changes it, whatever field of the journal it is in", async () => {
    const codes = [
      [0x00, 0x9f],
      [0x200e, 0x202e],
      [0x2066, 0x2069]
    ] as const
    const all = codes.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => from + index))
    const hostile = String.fromCodePoint(...all)
    await tell(
      "fault",
      "add",
      "oauth-error",
      "--route",
      "authorize",
      "--set",
      "error=access_denied",
      "--set",
      "status=400"
    )
    for (let at = 0; at < hostile.length; at += 40) {
      const part = encodeURIComponent(hostile.slice(at, at + 40))
      await fetch(
        `${address}/sentinel/api/account/12345678/authorize?client_id=${part}&redirect_uri=${part}&state=${part}`
      )
      await fetch(`${address}/${part}`)
    }
    await tell("fault", "clear")
    for (const flags of [[], ["--json"]]) {
      const { stderr, stdout } = await tell("journal", "--limit", "50", ...flags)
      assert.isAbove(stdout.split("\n").length, 8)
      assert.notMatch(`${stdout}${stderr}`.replaceAll("\n", ""), /[\p{Cc}\p{Cf}]/u)
    }
  })
})

describe("a mistake in a command", () => {
  it("S24: is said in words of ours, with the place and what it has to be", async () => {
    const mistakes: ReadonlyArray<readonly [ReadonlyArray<string>, RegExp]> = [
      [
        ["start", "--point", "foo=1"],
        /points\.foo: there is no such name here\. All of them: docs\/sentinel-dialect\.md/
      ],
      [["start", "--port", "70000"], /--port cannot be "70000"\. It must be a port, from 0 to 65535\./],
      ...["10.0.0.1/8", "10.0.0.0", "300.0.0.0/8", "10.0.0.0/33", "none,none"].map(
        (network) =>
          [
            ["start", "--trusted-proxy", network],
            /--trusted-proxy cannot be ".*"\. It must be none, or a network such as 10\.0\.0\.0\/8 or /
          ] as const
      ),
      [["start", "--config", "/nowhere.json"], /--config cannot be "\/nowhere\.json"\. It does not exist\.$/m],
      [["start", "--config", "/"], /--config cannot be "\/"\. It is not a file\.$/m],
      [["start", "--drain", "soon"], /--drain cannot be "soon"\. It must be a duration such as 8h, 1h30m or PT8H, /],
      [["start", "--drain"], /--drain has no value\. It must be a duration\./],
      [["start", "--port"], /--port has no value\. It must be an integer\./],
      [["start", "--log-format"], /--log-format has no value\. It must be one of json, pretty\./],
      [["start", "--point", "expiresIn="], /"expiresIn="\. It must be name=value, neither of them empty\./],
      [["start", "--log-format", "xml"], /--log-format cannot be "xml"\. It must be one of json, pretty\./],
      [
        ["fault", "add", "too-many-requests", "--set", "retry_after=soon"],
        /retry_after: must be a whole number of seconds/
      ],
      [["fault", "add", "nothing"], /<action> cannot be "nothing"\. It must be one of oauth-error, /],
      [["clock", "advance", "banana"], /<by> cannot be "banana"\. It must be a duration such as 8h/],
      [["journal", "--limit", "0"], /--limit cannot be "0"\. It must be a whole number from 1 on\./],
      [["journal", "--text="], /--text has no value\. It must be a text that is not empty\./]
    ]
    await Promise.all(
      mistakes.map(async ([args, words]) => {
        const { code, stderr } = await tell(...args)
        assert.oneOf(code, [2, 7], stderr)
        assert.match(stderr, words)
        assert.notMatch(stderr, /excess|Missing key|Schema|Expected/)
      })
    )
  })
})

describe("without a control", () => {
  it("the message says how to get one", async () => {
    const { code, stderr, stdout } = await run(["sentinel", "fault", "list", "--control", "http://127.0.0.1:1"])
    assert.deepStrictEqual([code, stdout], [6, ""])
    assert.include(stderr, "http://127.0.0.1:1")
    assert.include(stderr, "le-auth sentinel start")
  })

  it("R90: --no-control and --strict have none", async () => {
    const quiet = start(["sentinel", "start", "--port", "0", "--no-control", "--json"])
    assert.notProperty(JSON.parse((await quiet.output(/^\{.*\}$/m))[0]), "control")
    quiet.child.kill()
    await quiet.result
    const { code, stderr } = await run([
      "sentinel",
      "start",
      "--strict",
      "--control-port",
      "0",
      "--webhook-host",
      "a.example"
    ])
    assert.strictEqual(code, 7)
    assert.include(stderr, "--control-port: there is no control in strict mode")
    assert.include(stderr, "--webhook-host: there is no control in strict mode, so no webhooks")
  })
})
