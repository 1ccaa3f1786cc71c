/** Sign-ins without a browser: by the command, and by programs of other languages with nothing but HTTP. */
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { python } from "../../../tools/python.ts"
import { script } from "../../../tools/shells.ts"
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

const client = "11111111-1111-4111-8111-111111111111"
const serviceClient = "33333333-3333-4333-8333-333333333333"
const callback = "http://localhost:3000/callback"
const url = (more: Record<string, string> = {}, origin = "https://va.sentinel.liveperson.net") =>
  `${origin}/sentinel/api/account/12345678/authorize?${new URLSearchParams({
    v: "1.0",
    response_type: "code",
    client_id: client,
    redirect_uri: callback,
    state: "s",
    ...more
  }).toString()}`

describe("le-auth sentinel approve and deny", () => {
  it("R103: print the callback and nothing else", async () => {
    const approved = await tell("approve", url(), "--user", "admin@example.com")
    assert.deepStrictEqual([approved.code, approved.stderr], [0, ""])
    assert.match(approved.stdout, /^http:\/\/localhost:3000\/callback\?code=[\w-]{43}&state=s\n$/)
    const json = JSON.parse((await tell("approve", url(), "--json")).stdout)
    assert.deepStrictEqual(Object.keys(json), ["callback"])
    const denied = await tell("deny", url(), "--description", "Not today.")
    assert.deepStrictEqual(
      [denied.code, denied.stdout],
      [0, `${callback}?error=access_denied&error_description=Not%20today.&state=s\n`]
    )
    const other = await tell("deny", url(), "--error", "login_required")
    assert.strictEqual(other.stdout, `${callback}?error=login_required&state=s\n`)
  })

  it("R103: say what Sentinel's page says, and where to read more", async () => {
    const refused = await tell("approve", url({ redirect_uri: "https://app.example.com/callback" }))
    assert.deepStrictEqual([refused.code, refused.stdout], [1, ""])
    assert.include(refused.stderr, "Sentinel answered 400: ")
    assert.include(refused.stderr, "redirect")
    const [, id] = /journal --about ([0-9a-f]{16})\n$/.exec(refused.stderr)!
    assert.include((await tell("journal", "--about", id!)).stdout, "is not registered")
    const unknown = await tell("approve", url(), "--user", "who@example.com")
    assert.deepStrictEqual(
      [unknown.code, unknown.stderr],
      [1, 'le-auth: There is no user "who@example.com" in the account 12345678.\n']
    )
    assert.strictEqual((await tell("approve", "hello")).code, 1)
    assert.strictEqual((await tell("deny", url(), "--error", "none")).code, 2)
    assert.strictEqual((await tell("deny", url(), "--description", 'a "quote"')).code, 2)
    const plain = await run(["sentinel", "approve", url()], { SENTINEL_CONTROL: "http://sentinel.example.com:4402" })
    assert.deepStrictEqual([plain.code, plain.stderr.includes("must be https")], [2, true])
  })
})

describe("le-auth sentinel token", () => {
  it("R103: prints an access token, or the whole answer", async () => {
    const { code, stderr, stdout } = await tell("token", "--user", "admin@example.com")
    assert.deepStrictEqual([code, stderr], [0, ""])
    assert.match(stdout, /^[0-9a-f]{64}\n$/)
    const json = JSON.parse((await tell("token", "--account", "12345678", "--client", client, "--json")).stdout)
    assert.includeMembers(Object.keys(json), ["access_token", "token_type", "refresh_token", "id_token", "expires_in"])
    const app = JSON.parse((await tell("token", "--client", serviceClient, "--json")).stdout)
    assert.notProperty(app, "refresh_token")
    const wrong = await tell("token", "--account", "a b")
    assert.deepStrictEqual([wrong.code, wrong.stderr.includes("account: must be")], [2, true])
    assert.strictEqual((await tell("token", "--client", "none")).code, 1)
  })
})

describe("an end-to-end test in another language", () => {
  it("R103: Python signs in, exchanges the code, calls an API and refreshes with nothing but HTTP", async () => {
    const program = `
import json, os, urllib.parse, urllib.request

sentinel, control = os.environ["SENTINEL"], os.environ["CONTROL"]
client = {"client_id": "${client}", "client_secret": "development-only-secret"}

def tell(path, body):
    request = urllib.request.Request(control + path, json.dumps(body).encode(), {"content-type": "application/json"})
    return json.load(urllib.request.urlopen(request))

def token(**form):
    body = urllib.parse.urlencode({**client, **form}).encode()
    return json.load(urllib.request.urlopen(sentinel + "/sentinel/api/account/12345678/token?v=1.0", body))

def users(access_token):
    path = "/api/account/12345678/configuration/le-users/users?v=4.0"
    headers = {"authorization": "Bearer " + access_token}
    return json.load(urllib.request.urlopen(urllib.request.Request(sentinel + path, headers=headers)))

query = {"v": "1.0", "response_type": "code", "client_id": client["client_id"],
         "redirect_uri": "${callback}", "state": "from-python"}
url = sentinel + "/sentinel/api/account/12345678/authorize?" + urllib.parse.urlencode(query)
callback = tell("/control/approve", {"url": url, "user": "admin@example.com"})["callback"]
answer = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(callback).query))
assert answer["state"] == "from-python"
tokens = token(grant_type="authorization_code", code=answer["code"], redirect_uri="${callback}")
assert len(users(tokens["access_token"])) == 2

tell("/control/clock/advance", {"by": "7h"})
tokens = token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
assert len(users(tokens["access_token"])) == 2

denied = tell("/control/approve", {"url": url, "deny": True})["callback"]
print(json.dumps(dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(denied).query))))
`
    const printed = await python(program, { SENTINEL: address, CONTROL: control })
    assert.deepStrictEqual(JSON.parse(printed), { error: "access_denied", state: "from-python" })
  })

  it("R103: sh signs in, exchanges the code and calls an API with nothing but curl", async () => {
    const text = `
url="$SENTINEL/sentinel/api/account/12345678/authorize?v=1.0&response_type=code&client_id=${client}&state=from-sh&redirect_uri=${callback}"
callback=$(curl -sf "$CONTROL/control/approve" -H 'content-type: application/json' -d "{\\"url\\":\\"$url\\",\\"user\\":\\"admin@example.com\\"}" | sed 's/.*"callback":"\\([^"]*\\)".*/\\1/')
code=$(printf %s "$callback" | sed 's/.*code=\\([^&]*\\).*/\\1/')
token=$(curl -sf "$SENTINEL/sentinel/api/account/12345678/token?v=1.0" -d grant_type=authorization_code -d "code=$code" \\
  -d redirect_uri=${callback} -d client_id=${client} -d client_secret=development-only-secret |
  sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
users='/api/account/12345678/configuration/le-users/users?v=4.0'
curl -sf -o /dev/null -w '%{http_code} ' "$SENTINEL$users" -H "authorization: Bearer $token"
own=$(curl -sf "$CONTROL/control/tokens" -H 'content-type: application/json' -d '{"user":"admin@example.com"}' |
  sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
curl -sf -o /dev/null -w '%{http_code} ' "$SENTINEL$users" -H "authorization: Bearer $own"
curl -s -o /dev/null -w '%{http_code}' "$SENTINEL$users" -H 'authorization: Bearer wrong'
`
    assert.strictEqual(await script(text, { SENTINEL: address, CONTROL: control }), "200 200 401")
  })
})

describe("strict mode", () => {
  it("R103: has no control, so nothing signs in without a browser", async () => {
    const { code, stderr } = await run(["sentinel", "start", "--strict", "--control-port", "0"])
    assert.notStrictEqual(code, 0)
    assert.notStrictEqual(stderr, "")
    const path = "/control/approve"
    const text = `curl -s -o /dev/null -w '%{http_code}' "$SENTINEL${path}" -H 'content-type: application/json' -d '{}'`
    assert.strictEqual(await script(text, { SENTINEL: address }), "404")
  })
})
