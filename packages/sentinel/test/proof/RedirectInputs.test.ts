/** Redirect URIs that look like a registered one and are not. */
import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { account, callback, clientId, loopbackCallback, manyClientId } from "../Harness.ts"
import { harmOf, headerOf, layer as layerLoopback, Loopback, raw } from "./Loopback.ts"

const app = "https://app.example"

const shape = [
  "/cb/",
  "/CB",
  "/cb/../cb",
  "/./cb",
  "//cb",
  "/cb%2f..%2fcb",
  "/c%62",
  "/cb?x",
  "/cb?",
  "/cb#",
  "/cb#f",
  "/cb;a",
  "/cb%00",
  "/cb%0d%0a",
  "/cb\0",
  "/cb\r\n",
  "/cb ",
  "/cb\t",
  "/cb%20",
  "/c",
  "/",
  "",
  "/cb&x=1",
  "/cb\\"
].map((path) => `${app}${path}`)

const host = [
  "https://app.example.evil/cb",
  "https://evil/app.example/cb",
  "https://evil.example/https://app.example/cb",
  "https://app.example@evil/cb",
  "https://app.example:pw@evil/cb",
  "https://evil@app.example/cb",
  "https://a@b@app.example/cb",
  "https://evil\\@app.example/cb",
  "https://app.example\\@evil/cb",
  "https://app.example\\.evil/cb",
  "https://evil?https://app.example/cb",
  "https://evil#https://app.example/cb",
  "//app.example/cb",
  "///app.example/cb",
  "https:/app.example/cb",
  "https:app.example/cb",
  "https:///app.example/cb",
  "http:\\\\evil",
  "\\\\evil/cb",
  "https://app.example:443/cb",
  "https://app.example:/cb",
  "https://app.example:0443/cb",
  "https://app.example./cb",
  "HTTPS://APP.EXAMPLE/cb",
  "https://App.Example/cb",
  "https://ａｐｐ.example/cb",
  "https://аpp.example/cb",
  "https://xn--pp-7ka.example/cb",
  "https://app。example/cb",
  "https://app%2eexample/cb",
  "https://app.example%00.evil/cb",
  "https://app.ex\u00adample/cb",
  "https://*.example/cb",
  "null",
  "*"
]

const scheme = [
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  " javascript:alert(1)",
  "java\tscript:alert(1)",
  "javascript://app.example/%0aalert(1)",
  "data:text/html,x",
  "vbscript:x",
  "file:///cb",
  "blob:https://app.example/cb",
  "about:blank",
  "view-source:https://app.example/cb",
  "http://app.example/cb",
  "ftp://app.example/cb",
  ` ${callback}`,
  `\t${callback}`,
  `\n${callback}`,
  `\ufeff${callback}`,
  `${callback},${callback}`,
  `${callback} ${callback}`
]

const rest = "/cb?keep=%7e+1"
const loopback = [
  ...[":0", ":65536", ":99999999", ":080", ":", ":-1", ":1e3", ":8080:8081", ":８０", ":80 "].map(
    (port) => `http://127.0.0.1${port}${rest}`
  ),
  ...["127.1", "0x7f.1", "0177.0.0.1", "2130706433", "127.0.0.2", "0.0.0.0", "[::ffff:127.0.0.1]", "[::]"].map(
    (name) => `http://${name}:8080${rest}`
  ),
  ...["localhost.evil", "localhost.", "LOCALHOST", "127.0.0.1.evil", "127.0.0.1@evil", "evil@127.0.0.1"].map(
    (name) => `http://${name}:8080${rest}`
  ),
  "http://127.0.0.1:8080/other",
  "http://127.0.0.1:8080/cb",
  "http://127.0.0.1:8080/cb?keep=~+1",
  "http://127.0.0.1:8080/cb?keep=%7E+1",
  "http://127.0.0.1:8080/cb?keep=%7e%201",
  `http://127.0.0.1:8080${rest}&more=1`,
  `http://127.0.0.1:8080${rest}#f`,
  `https://127.0.0.1:8080${rest}`,
  "http://[::1]:9998/CB",
  "http://[0:0:0:0:0:0:0:1]:9999/cb",
  "http://[::1%25lo]:9999/cb",
  // Registered with its port, and without the option that makes every port match.
  "http://localhost:3001/cb",
  "http://localhost/cb"
]

const pathOf = (client: string, redirectUri: string, more = "&state=s") =>
  `/sentinel/api/account/${account}/authorize?v=1.0&response_type=code&client_id=${client}&redirect_uri=${redirectUri}${more}`

const ask = (origin: string, path: string) =>
  Effect.promise(() => raw(origin, `GET ${path} HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n`))

layer(layerLoopback, { excludeTestServices: true })("redirect URIs", (it) => {
  const refused = Effect.fnUntraced(function* (client: string, redirectUri: string, more?: string) {
    const { origin } = yield* Loopback
    const answer = yield* ask(origin, pathOf(client, redirectUri, more))
    assert.isUndefined(harmOf(answer))
    assert.strictEqual(answer.status, 400)
    assert.isUndefined(headerOf(answer, "location"))
    assert.isUndefined(headerOf(answer, "set-cookie"))
    // It is named in words, and never repeated.
    assert.notMatch(answer.body, /evil|javascript/i)
  })

  describe("that are not registered", () => {
    it.effect.each(shape)("R2, R23, R25: shape %j is refused", (uri) => refused(clientId, encodeURIComponent(uri)))
    it.effect.each(host)("R2, R23, R25: host %j is refused", (uri) => refused(clientId, encodeURIComponent(uri)))
    it.effect.each(scheme)("R2, R23, R25: scheme %j is refused", (uri) => refused(clientId, encodeURIComponent(uri)))
    it.effect.each(loopback)("R2, R24, R25: loopback %j is refused", (uri) =>
      refused(manyClientId, encodeURIComponent(uri))
    )
  })

  describe("that are encoded in another way", () => {
    it.effect.each([
      ["twice", encodeURIComponent(encodeURIComponent(callback))],
      ["%ZZ", `${callback}%ZZ`],
      ["a lone %", `${callback}%`],
      ["no UTF-8", `${callback}%C3%28`],
      ["a surrogate", `${callback}%ED%A0%80`],
      ["an overlong slash", "https://app.example%C0%AFcb"],
      ["UTF-16", "%00h%00t%00t%00p%00s"],
      ["NUL in it", `${callback}%00`],
      ["CRLF in it", `${callback}%0d%0aLocation:%20https://evil.example`]
    ] as const)("R2, R25: %s is refused", ([, value]) => refused(clientId, value))

    it.effect("R23: escapes are decoded once, and what they decode to is compared", () =>
      Effect.gen(function* () {
        const { origin } = yield* Loopback
        const escaped = [...callback].map((c) => `%${c.codePointAt(0)!.toString(16)}`).join("")
        const answer = yield* ask(origin, pathOf(clientId, escaped))
        assert.strictEqual(answer.status, 302)
      })
    )
  })

  it.effect.each([
    ["response_type missing", "&response_type="],
    ["a wrong response_type", "&response_type=token"],
    ["a wrong v", "&v=9"],
    ["everything twice", "&v=1.0&response_type=code&state=s"],
    ["an error of its own", "&error=access_denied&error_description=x"],
    ["state with CRLF", "&state=%0d%0aLocation:%20https://evil.example"],
    ["a second one, that is registered", `&redirect_uri=${callback}`]
  ] as const)("R2: also with %s, the user is sent nowhere", ([, more]) =>
    refused(clientId, encodeURIComponent("https://evil.example/cb"), more)
  )

  it.effect.each([
    "http://127.0.0.1/cb?keep=%7e+1",
    "http://127.0.0.1:1/cb?keep=%7e+1",
    "http://127.0.0.1:65535/cb?keep=%7e+1",
    "http://[::1]:9998/cb",
    "http://[::1]/cb"
  ])("R24, R27: %j differs from a registered one in its port only, and is kept byte for byte", (uri) =>
    Effect.gen(function* () {
      const { origin } = yield* Loopback
      const answer = yield* ask(origin, pathOf(manyClientId, encodeURIComponent(uri), "&response_type=x&state=s"))
      // response_type is there twice, so an error is sent back.
      assert.strictEqual(answer.status, 302)
      assert.isTrue(headerOf(answer, "location")!.startsWith(uri))
      assert.isTrue(headerOf(answer, "location")!.endsWith("&state=s"))
    })
  )

  it.effect("R29: the loopback callback keeps its own escapes at both ends", () =>
    Effect.gen(function* () {
      const { origin } = yield* Loopback
      const answer = yield* ask(origin, pathOf(manyClientId, encodeURIComponent(loopbackCallback)))
      assert.strictEqual(answer.status, 302)
      assert.match(headerOf(answer, "location")!, /^\/sentinel\/login\?request=/)
    })
  )
})
