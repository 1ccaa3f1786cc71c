/** Odd parameters: encodings, control characters, injected headers, arrays and objects, duplicates. */
import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { account, callback, clientId, secret } from "../Harness.ts"
import { harmOf, headerOf, layer as layerLoopback, Loopback, raw, type RawAnswer } from "./Loopback.ts"

const ask = (query: string, path = `/sentinel/api/account/${account}/authorize`) =>
  Effect.flatMap(Loopback, ({ origin }) =>
    Effect.promise(() => raw(origin, `GET ${path}?${query} HTTP/1.1\r\nHost: x\r\n\r\n`))
  )

const post = (body: string, path = "token", headers = "Content-Type: application/x-www-form-urlencoded\r\n") =>
  Effect.flatMap(Loopback, ({ base, origin }) =>
    Effect.promise(() =>
      raw(
        origin,
        `POST ${new URL(base).pathname}/${path} HTTP/1.1\r\nHost: x\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`
      )
    )
  )

const valid = `client_id=${clientId}&response_type=code&v=1.0`
/** It is sent back as an error, so that the answer has the state in it. */
const sentBack = `client_id=${clientId}&response_type=token&v=1.0`
const form = `client_id=${clientId}&client_secret=${secret}&grant_type=refresh_token&refresh_token=x`

const errorOf = (answer: RawAnswer): string => (JSON.parse(answer.body) as { readonly error: string }).error
const sentBackOf = (answer: RawAnswer): URLSearchParams => {
  const location = headerOf(answer, "location")!
  assert.isTrue(location.startsWith(`${callback}?`), location)
  return new URL(location).searchParams
}

layer(layerLoopback, { excludeTestServices: true })("parameters", (it) => {
  describe("encoding", () => {
    it.effect.each([
      ["%F0%9F%98%80", "😀"],
      ["a+b%20c", "a b c"],
      ["%2B", "+"],
      ["%ZZ", "%ZZ"],
      ["%", "%"],
      ["100%25", "100%"],
      ["%2525", "%25"],
      ["%26error%3dx%23f", "&error=x#f"],
      ["%EF%BF%BD", "\ufffd"],
      ["%E2%80%AEevil", "\u202eevil"],
      ["%00", "\0"],
      ["%08%7F", "\b\x7f"],
      ["%0d%0aSet-Cookie:%20x=1", "\r\nSet-Cookie: x=1"],
      ["%22%3e%3cscript%3e", '"><script>'],
      ["__proto__", "__proto__"]
    ] as const)("R12, R13: the state %s comes back as %j", ([encoded, state]) =>
      Effect.gen(function* () {
        const answer = yield* ask(`${sentBack}&state=${encoded}`)
        assert.isUndefined(harmOf(answer))
        assert.strictEqual(sentBackOf(answer).get("state"), state)
        assert.deepStrictEqual([...sentBackOf(answer).keys()], ["error", "error_description", "state"])
      })
    )

    it.effect.each(["%C3%28", "%ED%A0%80", "%ff", "%ff%EF%BF%BD", "%EF%BF%BD%ff", "%C0%AF", "a%80"])(
      "R12: the state %s is not UTF-8, so it is refused and not given back",
      (encoded) =>
        Effect.gen(function* () {
          const parameters = sentBackOf(yield* ask(`${valid}&state=${encoded}`))
          assert.strictEqual(parameters.get("error"), "invalid_request")
          assert.isFalse(parameters.has("state"))
        })
    )

    it.effect.each(["\xc3\xa9", "\xe9", "\xff"])("R12: raw bytes that are not ASCII (%j) are refused", (bytes) =>
      Effect.gen(function* () {
        const answer = yield* ask(`${sentBack}&state=${bytes}`)
        assert.isUndefined(harmOf(answer))
        assert.strictEqual(answer.status, 400)
        assert.isUndefined(headerOf(answer, "location"))
      })
    )

    it.effect.each([
      ["UTF-16", [...form].map((c) => `\0${c}`).join("")],
      ["UTF-16 with a byte order mark", `\xfe\xff${[...form].map((c) => `\0${c}`).join("")}`],
      ["a lone %", `${form}&x=%`],
      ["%ZZ", form.replace("refresh_token=x", "refresh_token=%ZZ")],
      ["no UTF-8", form.replace("refresh_token=x", "refresh_token=%C3%28")],
      ["raw bytes", form.replace("refresh_token=x", "refresh_token=\xff\xfe")],
      ["a surrogate", form.replace("refresh_token=x", "refresh_token=%ED%A0%80")],
      ["NUL", form.replace("refresh_token=x", "refresh_token=\0")],
      ["nothing", ""],
      ["only separators", "&&&==&=&"]
    ] as const)("R48, R50: a body with %s is refused with 400", ([, body]) =>
      Effect.gen(function* () {
        const answer = yield* post(body)
        assert.isUndefined(harmOf(answer))
        assert.strictEqual(answer.status, 400)
        assert.include(["invalid_client", "invalid_request", "invalid_grant"], errorOf(answer))
      })
    )
  })

  describe("NUL, control characters and header injection", () => {
    const inputs = [
      "%00",
      "x%00",
      "%08",
      "%7F",
      "%E2%80%AE",
      "%0d%0aX-Evil:%201",
      "%0aSet-Cookie:%20x=1",
      "%u000d",
      "%E5%98%8A"
    ]

    it.effect.each(inputs)("R5: %s in client_id is an unknown client", (input) =>
      Effect.gen(function* () {
        const answer = yield* ask(`response_type=code&client_id=${clientId}${input}`)
        assert.isUndefined(harmOf(answer))
        assert.strictEqual(answer.status, 401)
      })
    )

    it.effect.each(inputs)("R7, R14: %s in v, response_type or scope is refused in fixed words", (input) =>
      Effect.gen(function* () {
        for (const query of [`response_type=code${input}`, `response_type=code&v=1.0${input}`]) {
          const answer = yield* ask(`client_id=${clientId}&${query}`)
          assert.isUndefined(harmOf(answer))
          assert.match(sentBackOf(answer).get("error_description")!, /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/)
        }
        assert.isUndefined(harmOf(yield* ask(`${valid}&scope=${input}&x${input}=1`)))
      })
    )

    it.effect.each(inputs)("R71: %s in every field of a form is refused, and never a 500", (input) =>
      Effect.gen(function* () {
        for (const name of ["client_id", "client_secret", "grant_type", "refresh_token"]) {
          const body = form.replace(new RegExp(`(${name}=[^&]*)`), `$1${input}`)
          for (const path of ["token", "token/revoke"]) {
            const answer = yield* post(`${body}&token=x${input}`, path)
            assert.isUndefined(harmOf(answer))
            // Above ten wrong secrets it is told to wait, and has looked at this one all the same.
            assert.include([200, 400, 401, 429], answer.status)
          }
        }
      })
    )

    it.effect("R38: the log stays one line for each entry, whatever came", () =>
      Effect.gen(function* () {
        for (const input of inputs) {
          yield* ask(valid, `/sentinel/api/account/${input}/authorize`)
          yield* ask(valid, `/${input}`)
          yield* ask(`client_id=${input}`)
        }
        const { lines } = yield* Loopback
        assert.isAbove(lines.length, 0)
        // oxlint-disable-next-line no-control-regex
        for (const line of lines) assert.notMatch(line, /[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]/)
      })
    )
  })

  describe("arrays, objects and duplicates", () => {
    it.effect.each([
      "state[]=a",
      "state[0]=a",
      "state[a]=b",
      "a.b=c",
      "__proto__[x]=1",
      "__proto__=1",
      "constructor=1",
      "toString=1",
      "State=a"
    ])("R10: %s is another name, and ignored", (pair) =>
      Effect.gen(function* () {
        assert.isFalse(sentBackOf(yield* ask(`${sentBack}&${pair}`)).has("state"))
        assert.match(headerOf(yield* ask(`${valid}&${pair}`), "location")!, /^\/sentinel\/login/)
      })
    )

    it.effect.each(["client_id[]=x", "Client_ID=x", "client_id[0]=x", "client_id.x=x"])(
      "R4: %s is not a client_id",
      (pair) =>
        Effect.gen(function* () {
          assert.strictEqual((yield* ask(`response_type=code&${pair}`)).status, 400)
        })
    )

    it.effect.each([
      ["client_id, equal", `client_id=${clientId}`, "shown"],
      ["client_id, different", "client_id=x", "shown"],
      ["client_id, empty", "client_id=", "shown"],
      ["redirect_uri, equal", `redirect_uri=${callback}&redirect_uri=${callback}`, "shown"],
      ["redirect_uri, different", `redirect_uri=${callback}&redirect_uri=https://evil.example`, "shown"],
      ["response_type, equal", "response_type=code", "sent back"],
      ["response_type, different", "response_type=token", "sent back"],
      ["v", "v=1.0", "sent back"],
      ["state, equal", "state=a&state=a", "sent back"],
      ["state, different", "state=a&state=b", "sent back"],
      ["state, by another spelling of its name", "state=a&%73tate=b", "sent back"],
      ["state, 50 times", "state=a".concat("&state=a".repeat(49)), "sent back"],
      // R96: what is beyond 64 parameters is not read, so its meaning is unknown.
      ["state, 500 times", "state=a".concat("&state=a".repeat(499)), "shown"]
    ] as const)("R11: %s twice is %3$s", ([, more, where]) =>
      Effect.gen(function* () {
        const answer = yield* ask(`${valid}&${more}`)
        if (where === "shown") {
          assert.strictEqual(answer.status, 400)
          assert.isUndefined(headerOf(answer, "location"))
        } else {
          const parameters = sentBackOf(answer)
          assert.strictEqual(parameters.get("error"), "invalid_request")
          assert.isFalse(parameters.has("state"))
        }
      })
    )

    it.effect.each([
      ...["client_id", "client_secret", "grant_type", "refresh_token"].flatMap((name) => [
        [`${name}, equal`, `&${new RegExp(`${name}=[^&]*`).exec(form)![0]}`],
        [`${name}, different`, `&${name}=y`],
        [`${name}, empty`, `&${name}=`]
      ]),
      ["an unknown name", "&x=1&x=2"],
      ["1000 copies", "&x=1".repeat(1000)]
    ])("R51: in a form, %s twice is refused", ([, more]) =>
      Effect.gen(function* () {
        for (const path of ["token", "token/revoke"]) {
          const answer = yield* post(`${form}&token=t${more}`, path)
          assert.strictEqual(answer.status, 400)
          assert.strictEqual(errorOf(answer), "invalid_request")
        }
      })
    )

    it.effect("R52: once in the query and once in the body counts once; the body decides", () =>
      Effect.gen(function* () {
        const answer = yield* post(form, "token?v=1.0&grant_type=authorization_code&client_id=x&refresh_token=y&code=z")
        assert.strictEqual(errorOf(answer), "invalid_grant")
        assert.strictEqual(errorOf(yield* post(form, `token?client_secret=${secret}`)), "invalid_request")
      })
    )
  })
})
