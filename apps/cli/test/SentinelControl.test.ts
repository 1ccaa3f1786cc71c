import { fetch } from "@effect/platform-node/Undici"
import { Action } from "@le-auth/sentinel/control/Fault"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { run, start } from "./Cli.ts"

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

  it("says everything that is wrong with a fault", async () => {
    const { code, stderr } = await tell(
      "fault",
      "add",
      "delay",
      "--route",
      "nowhere",
      "--set",
      "by=never",
      "--set",
      "x=1"
    )
    assert.strictEqual(code, 2)
    for (const path of ["action.by", "action.x", "match.route"]) assert.include(stderr, `  - ${path}: `)
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
    other.child.kill()
    await other.result
    const result = await following.result
    assert.deepStrictEqual([result.code, result.stderr], [0, ""])
    for (const line of result.stdout.trimEnd().split("\n")) assert.property(JSON.parse(line), "sequence")
    assert.notInclude(result.stdout, "planted")
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
    const { code, stderr } = await run(["sentinel", "start", "--strict", "--control-port", "0"])
    assert.strictEqual(code, 7)
    assert.include(stderr, "--control-port: there is no control in strict mode")
  })
})
