/** What holds for every redirect URI, every state, every pair of credentials and every form. */
import { assert, describe, it } from "@effect/vitest"
import { append, UrlParameters } from "@le-auth/core/shared/UrlParameters"
import { problemOf } from "@le-auth/core/shared/RegisteredUri"
import { registeredOf } from "../../src/internal/request/RedirectUris.ts"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import {
  account,
  agent,
  answerOf,
  authorizePath,
  browser,
  clientId,
  config,
  secret,
  start,
  tokenPath
} from "../Harness.ts"

const isRegistered = (
  redirectUris: ReadonlyArray<string>,
  given: string,
  options?: { readonly anyPortOnLocalhost?: boolean }
): boolean => registeredOf({ redirectUris }, given, options) !== undefined

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/)
const segment = fc.stringMatching(/^[A-Za-z0-9._~!$&'()+,=:@%-]{0,8}$/)
const query = fc.stringMatching(/^[abd-hj-rt-z0-9=&%+/?:@!$'(),._~-]{0,16}$/)

/** What may be registered. */
const registered = fc
  .record({
    scheme: fc.constantFrom("https", "http"),
    host: fc.oneof(
      word.map((name) => `${name}.example`),
      fc.constantFrom("127.0.0.1", "[::1]", "localhost")
    ),
    port: fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined }),
    path: fc.array(segment, { maxLength: 3 }),
    query: fc.option(query, { nil: undefined })
  })
  .map(
    ({ host, path, port, query, scheme }) =>
      `${scheme}://${host}${port === undefined ? "" : `:${port}`}/${path.join("/")}${query === undefined ? "" : `?${query}`}`
  )
  .filter((uri) => problemOf(uri) === undefined)

/** A copy with one change, as an attacker or a careless parser would make it. */
const mutated = fc
  .tuple(
    registered,
    fc.nat(),
    fc.constantFrom("insert", "delete", "replace", "case", "escape", "repeat"),
    fc.string({ minLength: 1, maxLength: 1, unit: "binary" })
  )
  .map(([uri, position, kind, character]) => {
    const at = position % uri.length
    const [before, here, after] = [uri.slice(0, at), uri[at]!, uri.slice(at + 1)]
    const other = here === here.toLowerCase() ? here.toUpperCase() : here.toLowerCase()
    const changes = {
      insert: before + character + here + after,
      delete: before + after,
      replace: before + character + after,
      case: before + other + after,
      escape: `${before}%${here.codePointAt(0)!.toString(16)}${after}`,
      repeat: before + here + here + after
    }
    return { uri, changed: changes[kind as keyof typeof changes] }
  })
  .filter(({ changed, uri }) => changed !== uri)

/** Another port of a program on the user's computer is the one difference that is allowed. */
const withoutLoopbackPort = (uri: string) =>
  uri.replace(/^(http:\/\/(?:127\.0\.0\.1|\[::1\])):[1-9]\d{0,4}(?=[/?]|$)/, "$1")

/** RFC 6749 appendix A.5: state = 1*VSCHAR. */
const vschar = fc.stringMatching(/^[\x20-\x7e]{1,60}$/)
const unicode = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 })
const binary = fc.string({ unit: "binary", minLength: 1, maxLength: 40 })
const anyText = fc.oneof(vschar, unicode, binary)

const plenty = { numRuns: 500 }
/** What goes through a whole Sentinel costs a millisecond or more. */
const some = { numRuns: 60 }

describe("redirect URIs", () => {
  it("R23, R24: of all changes of a registered URI only another loopback port is accepted", () => {
    fc.assert(
      fc.property(mutated, ({ changed, uri }) => {
        const isAllowed = withoutLoopbackPort(changed) === withoutLoopbackPort(uri)
        if (isRegistered([uri], changed)) assert.isTrue(isAllowed, `${changed} for ${uri}`)
      }),
      { numRuns: 3000 }
    )
  })

  it("R27: an answer begins with the registered text, and adds to its query and nowhere else", () => {
    fc.assert(
      fc.property(registered, anyText, (uri, state) => {
        const answer = append(uri, { code: "c0de", state })
        assert.isTrue(answer.startsWith(uri))
        assert.match(answer, /^[\x21-\x7e]+$/)
        const [before, after] = [new URL(uri), new URL(answer)]
        for (const part of ["protocol", "host", "pathname", "hash"] as const)
          assert.strictEqual(after[part], before[part])
        const added = [...after.searchParams].slice([...before.searchParams].length)
        assert.deepStrictEqual(added, [
          ["code", "c0de"],
          ["state", state]
        ])
      }),
      plenty
    )
  })

  it.effect(
    "R2, R25, R27: a whole Sentinel answers at a registered URI byte for byte, and shows an error for its changes",
    () =>
      Effect.gen(function* () {
        const run = Effect.runPromiseWith(yield* Effect.context<Effect.Services<ReturnType<typeof start>>>())
        yield* Effect.promise(() =>
          fc.assert(
            fc.asyncProperty(mutated, async ({ changed, uri }) => {
              const [first] = config.accounts
              const installation = { ...first!.installations[0]!, redirect_uris: [uri] }
              const accounts = [{ ...first!, installations: [installation] }]
              await run(
                Effect.gen(function* () {
                  const user = browser(yield* start({ config: { accounts } }))
                  const right = yield* user.signIn(authorizePath({ redirect_uri: uri, state: "s" }))
                  assert.strictEqual(right.status, 303)
                  assert.isTrue(right.headers.get("location")!.startsWith(uri))
                  if (isRegistered([uri], changed)) return
                  const wrong = yield* user.send(authorizePath({ redirect_uri: changed, state: "s" }))
                  if (changed === "") return
                  assert.strictEqual(wrong.status, 400)
                  assert.isNull(wrong.headers.get("location"))
                })
              )
            }),
            some
          )
        )
      })
  )
})

describe("state", () => {
  it.effect("R12, R13: comes back as it was, through the login page, from a session and with an error", () =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      const run = Effect.runPromiseWith(yield* Effect.context<never>())
      const signedIn = browser(sentinel)
      yield* signedIn.signIn()
      yield* Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(anyText, async (state) => {
            const fresh = browser(sentinel)
            const answers = [
              await run(fresh.signIn(authorizePath({ state }))),
              await run(signedIn.send(authorizePath({ state }))),
              await run(signedIn.send(authorizePath({ state, response_type: "token" })))
            ]
            for (const answer of answers) {
              assert.deepStrictEqual(answerOf(answer).getAll("state"), [state])
              assert.match(answer.headers.get("location")!, /^[\x21-\x7e]+$/)
            }
          }),
          some
        )
      )
    })
  )
})

describe("credentials", () => {
  /** As RFC 6749 appendix B has it: what a form makes of it. */
  const formEncode = (text: string) => new URLSearchParams({ "": text }).toString().slice(1)
  const secretText = fc.stringMatching(/^[\x20-\x7e]{1,40}$/)

  it.effect("R53, R54: every secret works in HTTP Basic and in the body, and no other does", () =>
    Effect.gen(function* () {
      const run = Effect.runPromiseWith(yield* Effect.context<Effect.Services<ReturnType<typeof start>>>())
      yield* Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(secretText, secretText, anyText, async (id, secret, other) => {
            const [first] = config.accounts
            const installation = { ...first!.installations[0]!, client_id: id, client_secret: secret }
            await run(
              Effect.gen(function* () {
                const sentinel = yield* start({ config: { accounts: [{ ...first!, installations: [installation] }] } })
                const grant = { grant_type: "refresh_token", refresh_token: "x" }
                const ask = Effect.fnUntraced(function* (
                  headers: Record<string, string>,
                  body: Record<string, string>
                ) {
                  const init = { method: "POST", headers, body: new URLSearchParams({ ...grant, ...body }) }
                  const response = yield* sentinel.fetch(tokenPath(account), init)
                  const json = yield* Effect.promise(() => response.json())
                  return (json as { readonly error: string }).error
                })
                const basic = (id: string, secret: string) => ({
                  authorization: `Basic ${Buffer.from(`${formEncode(id)}:${formEncode(secret)}`).toString("base64")}`
                })
                assert.strictEqual(yield* ask(basic(id, secret), {}), "invalid_grant")
                assert.strictEqual(yield* ask({}, { client_id: id, client_secret: secret }), "invalid_grant")
                if (other === secret) return
                assert.strictEqual(yield* ask(basic(id, other), {}), "invalid_client")
                assert.strictEqual(yield* ask({}, { client_id: id, client_secret: other }), "invalid_client")
              })
            )
          }),
          some
        )
      )
    })
  )
})

describe("forms", () => {
  const pairs = fc.array(fc.tuple(anyText, fc.oneof(anyText, fc.constant(""))), { maxLength: 8 })

  it("R9, R51: what is encoded is read again: first values, no empty ones, and the names that are there twice", () => {
    fc.assert(
      fc.property(pairs, (pairs) => {
        const read = UrlParameters.fromSearch(new URLSearchParams(pairs).toString())
        for (const [name] of pairs) {
          const values = pairs.filter((pair) => pair[0] === name).map(([, value]) => value)
          assert.strictEqual(read.get(name), values[0] === "" ? undefined : values[0])
          assert.strictEqual(read.repeated.has(name), values.length > 1)
        }
      }),
      plenty
    )
  })

  it("R48: any text at all is read as the URL standard reads it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
        const read = UrlParameters.fromSearch(text)
        for (const [name] of new URLSearchParams(text)) {
          const standard = new URLSearchParams(text).getAll(name)
          assert.strictEqual(read.get(name), standard[0] === "" ? undefined : standard[0])
          assert.strictEqual(read.repeated.has(name), standard.length > 1)
        }
      }),
      plenty
    )
  })

  it.effect("R76, R88: any form that is posted to the login page is refused, and never breaks it", () =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      const run = Effect.runPromiseWith(yield* Effect.context<never>())
      const user = browser(sentinel)
      const page = yield* user.open(authorizePath({ client_id: clientId }))
      let count = 0
      let withoutName = 0
      yield* Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(
            fc.record({ request: anyText, token: anyText, username: anyText, password: anyText }, { requiredKeys: [] }),
            fc.boolean(),
            async ({ username, ...others }, hasToken) => {
              // Each is another user: one that fails again and again has to wait.
              const fields = username === undefined ? others : { ...others, username: `${count++} ${username}` }
              if (username === undefined) hasToken &&= withoutName++ < 4
              const response = await run(user.submit({ ...fields, ...(hasToken ? page.form : {}) }))
              assert.include([400, 403, 429], response.status)
              assert.isNull(response.headers.get("location"))
              const text = await response.text()
              assert.notInclude(text, secret)
              // Of what was typed only the name comes back, as text.
              const typed = "username" in fields ? fields.username : undefined
              if (typed !== undefined && /[<>"]/.test(typed)) assert.notInclude(text, `value="${typed}"`)
            }
          ),
          some
        )
      )
      assert.strictEqual((yield* user.submit({ ...page.form, ...agent })).status, 303)
    })
  )
})
