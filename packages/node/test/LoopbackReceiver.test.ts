import { assert, describe, it } from "@effect/vitest"
import * as CallbackError from "@le-auth/core/CallbackError"
import { AccountId, ClientId, RedirectUri, Subject } from "@le-auth/core/Identifiers"
import { Generation, Session, SessionKey } from "@le-auth/core/Session"
import type { CompleteError, SignedIn } from "@le-auth/core/SignIn"
import { InvalidGrant, TokenError } from "@le-auth/core/TokenError"
import * as LoopbackReceiver from "@le-auth/node/LoopbackReceiver"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { createHash } from "node:crypto"
import * as Net from "node:net"
import * as Os from "node:os"
import { freePort, isOpen, occupy, raw } from "./Ports.ts"

const signedIn: SignedIn = {
  session: new Session({
    key: new SessionKey({
      accountId: AccountId.make("12345678"),
      clientId: ClientId.make("client"),
      subject: Subject.make("agent")
    }),
    generation: Generation.make(""),
    accessToken: Redacted.make("planted-access-token"),
    signedInAt: 0,
    refreshAt: 1,
    expiresAt: 2
  }),
  bindingName: "le-auth-test",
  overNames: [],
  returnTo: undefined,
  isRepeated: false,
  applicationState: undefined
}

const refused = (reason: CallbackError.CallbackErrorReason) => Effect.fail(new CallbackError.CallbackError({ reason }))

/** Stands for `SignIn.complete`, by what the code says. */
const complete = (url: string): Effect.Effect<SignedIn, CompleteError> => {
  switch (new URL(url).searchParams.get("code")) {
    case "right":
      return Effect.succeed(signedIn)
    case "denied":
      return refused(new CallbackError.Denied({ error: "access_denied", description: "<script>alert(1)</script>" }))
    case "late":
      return refused(new CallbackError.Expired())
    case "spent":
      return Effect.fail(
        new TokenError({ operation: "exchange", reason: new InvalidGrant({ error: "invalid_grant" }) })
      )
    case "foreign":
      return refused(new CallbackError.UnknownTransaction())
    case "other-browser":
      return refused(new CallbackError.WrongUserAgent())
    case "stateless":
      return refused(new CallbackError.MissingState())
    case "double":
      return refused(new CallbackError.DuplicateParameter({ parameter: "code" }))
    case "boom":
      return Effect.die("boom")
    default:
      return refused(new CallbackError.Malformed({ problem: "it has neither a code nor an error" }))
  }
}

const open = Effect.fnUntraced(function* (host = "127.0.0.1", listenHost?: string) {
  const port = yield* freePort
  const origin = `http://${host}:${port}`
  const receiver = yield* LoopbackReceiver.open({
    redirectUri: RedirectUri.make(`${origin}/callback`),
    listenHost,
    complete
  })
  return { ...receiver, port, origin, callback: `${origin}/callback` }
})

/**
 * In less than the second that a last response has. A loaded machine may be slow once; what waits for the second does
 * so each time.
 */
const atOnce = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.timed(effect).pipe(
    Effect.repeat({ until: ([took]) => Duration.toMillis(took) < 900, times: 9 }),
    Effect.map(([took, result]) => {
      assert.isBelow(Duration.toMillis(took), 900)
      return result
    })
  )

/** The addresses of this computer that others reach. */
const others = (family?: 4 | 6): ReadonlyArray<string> =>
  Object.values(Os.networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter((address) => !address.internal && !address.address.startsWith("fe80"))
    .filter((address) => family === undefined || address.family === `IPv${family}`)
    .map(({ address }) => address)

const visit = (url: string, init?: RequestInit) =>
  Effect.promise(async () => {
    const response = await fetch(url, { redirect: "manual", ...init })
    return { status: response.status, headers: response.headers, text: await response.text() }
  })

/** A connection that stays open, after the beginning of a request. */
const hold = (port: number, text: string) =>
  Effect.callback<void>((resume) => {
    const socket = Net.connect(port, "127.0.0.1", () => socket.write(text, () => resume(Effect.void)))
    socket.on("error", () => {})
  })

const ends = (code: string) =>
  Effect.gen(function* () {
    const receiver = yield* open()
    const page = yield* visit(`${receiver.callback}?code=${code}`)
    return { page, error: yield* Effect.flip(receiver.signedIn), port: receiver.port }
  })

describe("LoopbackReceiver.open", () => {
  it.effect("gives the completed sign-in", () =>
    Effect.gen(function* () {
      const receiver = yield* open()
      const page = yield* visit(`${receiver.callback}?code=right&state=s`)
      assert.strictEqual(page.status, 200)
      assert.include(page.text, "You are signed in")
      assert.strictEqual(yield* receiver.signedIn, signedIn)
    })
  )

  it.effect("I1: listens on loopback only", () =>
    Effect.gen(function* () {
      const { port } = yield* open()
      assert.isTrue(yield* isOpen("127.0.0.1", port))
      for (const address of ["127.0.0.2", ...others()]) assert.isFalse(yield* isOpen(address, port), address)
    })
  )

  it.effect("I1: listens elsewhere only where it is told to, for the Host of the redirect URI alone", () =>
    Effect.gen(function* () {
      // On Linux all of 127.0.0.0/8 is there; a published port of a container leads to an address of the machine.
      const reached = [process.platform === "linux" ? "127.0.0.2" : "127.0.0.1", ...others(4)]
      for (const address of reached) {
        const { callback, port, signedIn: waiting } = yield* open("127.0.0.1", "0.0.0.0")
        const get = (host: string, code: string) =>
          raw(address, port, `GET /callback?code=${code} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`)
        for (const wrong of [`${address}:${port}x`, `0.0.0.0:${port}`, "evil.example", `127.0.0.1:${port + 1}`]) {
          assert.match(yield* get(wrong, "right"), /^HTTP\/1.1 400 /)
        }
        assert.match(yield* get(new URL(callback).host, "foreign"), /This is not the expected sign-in/)
        assert.match(yield* get(new URL(callback).host, "right"), /^HTTP\/1.1 200 /)
        assert.strictEqual(yield* waiting, signedIn)
      }
    })
  )

  it.effect("I4: an address to listen on that this computer does not have is a typed error", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(open("127.0.0.1", "192.0.2.1"))
      assert.strictEqual(error.reason._tag, "CannotListen")
      assert.include(error.message, "192.0.2.1 is not an address of this computer")
    })
  )

  it.effect("I2: localhost is both families", () =>
    Effect.gen(function* () {
      const { port } = yield* open("localhost")
      assert.isTrue(yield* isOpen("127.0.0.1", port))
      if (Os.networkInterfaces()["lo"]?.some((address) => address.family === "IPv6") === true) {
        assert.isTrue(yield* isOpen("::1", port))
      }
    })
  )

  it.live("I3: the port closes on success, at once, though foreign connections are held", () =>
    Effect.gen(function* () {
      const port = yield* Effect.gen(function* () {
        const receiver = yield* open()
        yield* hold(receiver.port, "")
        yield* hold(receiver.port, "GET /callback HTTP/1.1\r\n")
        yield* visit(`${receiver.callback}?code=right`)
        yield* receiver.signedIn
        return receiver.port
      }).pipe(Effect.scoped, atOnce)
      assert.isFalse(yield* isOpen("127.0.0.1", port))
    })
  )

  it.effect("I3: the port closes on failure", () =>
    Effect.gen(function* () {
      const { error, port } = yield* Effect.scoped(ends("spent"))
      assert.strictEqual(error._tag, "TokenError")
      assert.isFalse(yield* isOpen("127.0.0.1", port))
    })
  )

  it.effect("I3 I8: the deadline is 3 minutes, is a typed error, and closes the port", () =>
    Effect.gen(function* () {
      const { error, port } = yield* Effect.scoped(
        Effect.gen(function* () {
          const { port, signedIn } = yield* open()
          const waiting = yield* Effect.forkChild(Effect.flip(signedIn), { startImmediately: true })
          yield* TestClock.adjust("179 seconds")
          assert.isUndefined(waiting.pollUnsafe())
          assert.isTrue(yield* isOpen("127.0.0.1", port))
          yield* TestClock.adjust("1 second")
          return { error: yield* Fiber.join(waiting), port }
        })
      )
      assert.isTrue(error._tag === "LoopbackError" && error.reason._tag === "Timeout")
      assert.strictEqual(error.message, "The sign-in was not finished within 3m. Start the sign-in again.")
      assert.isFalse(yield* isOpen("127.0.0.1", port))
    })
  )

  it.live("I3 I8: interruption closes the port at once, though connections are open", () =>
    Effect.gen(function* () {
      const port = yield* Effect.gen(function* () {
        const port = yield* freePort
        const redirectUri = RedirectUri.make(`http://127.0.0.1:${port}/callback`)
        const attempt = yield* LoopbackReceiver.open({ redirectUri, complete }).pipe(
          Effect.flatMap((receiver) => receiver.signedIn),
          Effect.scoped,
          Effect.forkChild
        )
        while (!(yield* isOpen("127.0.0.1", port))) yield* Effect.sleep("5 millis")
        yield* hold(port, "GET / HTTP/1.1\r\nhost: x")
        yield* Fiber.interrupt(attempt)
        return port
      }).pipe(atOnce)
      assert.isFalse(yield* isOpen("127.0.0.1", port))
    })
  )

  for (const [host, taken] of [
    ["127.0.0.1", "127.0.0.1"],
    ["localhost", "127.0.0.1"],
    ["localhost", "::1"]
  ] as const) {
    it.effect(`I4: a taken port is a typed error that names it (${host}, taken on ${taken})`, () =>
      Effect.gen(function* () {
        const port = yield* freePort
        yield* occupy(taken, port)
        const error = yield* LoopbackReceiver.open({
          redirectUri: RedirectUri.make(`http://${host}:${port}/callback`),
          complete
        }).pipe(Effect.flip)
        assert.isTrue(error.reason._tag === "PortInUse" && error.reason.port === port)
        assert.include(error.message, `Port ${port} on ${taken} is taken`)
      })
    )
  }

  it.effect("a redirect URI elsewhere cannot be received here", () =>
    Effect.gen(function* () {
      for (const redirectUri of ["https://le-app.com/cb", "http://le-app.com/cb", "https://127.0.0.1:4401/callback"]) {
        const error = yield* Effect.flip(
          LoopbackReceiver.open({ redirectUri: RedirectUri.make(redirectUri), complete })
        )
        assert.strictEqual(error.reason._tag, "NotLoopback")
        assert.include(error.message, redirectUri)
      }
    })
  )

  it.effect("I5: other paths and methods are answered and ignored; waiting goes on", () =>
    Effect.gen(function* () {
      const { callback, origin, signedIn: waiting } = yield* open()
      for (const path of ["/", "/favicon.ico", "/callback/", "/callback2?code=right", "//callback", "/CALLBACK"]) {
        assert.strictEqual((yield* visit(origin + path)).status, 404, path)
      }
      for (const method of ["POST", "HEAD", "PUT", "DELETE", "OPTIONS"]) {
        const answer = yield* visit(`${callback}?code=right`, { method })
        assert.strictEqual(answer.status, 405, method)
        assert.strictEqual(answer.headers.get("allow"), "GET")
        // I6
        assert.isNull(answer.headers.get("access-control-allow-origin"))
      }
      yield* visit(`${callback}?code=right`)
      assert.strictEqual(yield* waiting, signedIn)
    })
  )

  it.effect("I5: callbacks that belong to no open sign-in are explained and ignored; waiting goes on", () =>
    Effect.gen(function* () {
      const { callback, signedIn: waiting } = yield* open()
      for (const code of ["foreign", "other-browser", "stateless", "double", "nonsense"]) {
        const page = yield* visit(`${callback}?code=${code}`)
        assert.strictEqual(page.status, 400)
        assert.include(page.text, "This is not the expected sign-in")
        assert.include(page.text, "Start the sign-in again.")
        assert.notInclude(page.text, "ookie")
      }
      yield* visit(`${callback}?code=right`)
      assert.strictEqual(yield* waiting, signedIn)
    })
  )

  it.effect("I5: a refusal, a late callback, a failed exchange and a defect end the attempt", () =>
    Effect.gen(function* () {
      const denied = yield* ends("denied")
      assert.isTrue(denied.error._tag === "CallbackError" && denied.error.reason._tag === "Denied")
      const late = yield* ends("late")
      assert.isTrue(late.error._tag === "CallbackError" && late.error.reason._tag === "Expired")
      assert.strictEqual((yield* ends("spent")).error._tag, "TokenError")
      const { callback, signedIn } = yield* open()
      assert.strictEqual((yield* visit(`${callback}?code=boom`)).status, 500)
      assert.isTrue(String(yield* Effect.flip(Effect.sandbox(signedIn))).includes("boom"))
    })
  )

  it.effect("I6: another Host is refused (DNS rebinding), and so is none", () =>
    Effect.gen(function* () {
      const { callback, port, signedIn: waiting } = yield* open()
      for (const host of [
        "evil.example",
        `evil.example:${port}`,
        "127.0.0.1",
        `localhost:${port}`,
        `127.0.0.1.:${port}`
      ]) {
        const request = `GET /callback?code=right HTTP/1.1\r\nHost: ${host}\r\n\r\n`
        assert.isTrue((yield* raw("127.0.0.1", port, request)).startsWith("HTTP/1.1 400 "), host)
      }
      assert.isTrue((yield* raw("127.0.0.1", port, "GET /callback?code=right HTTP/1.0\r\n\r\n")).includes(" 400 "))
      const absolute = `GET http://evil.example/callback?code=right HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`
      assert.match(yield* raw("127.0.0.1", port, absolute), /^HTTP\/1.1 400 /)
      yield* visit(`${callback}?code=right`)
      assert.strictEqual(yield* waiting, signedIn)
    })
  )

  it.effect("I7: pages are static and escaped, and load, store and tell nothing", () =>
    Effect.gen(function* () {
      const { callback } = yield* open()
      for (const page of [
        yield* visit(`${callback}?code=foreign&state=planted-state`),
        yield* visit(`${callback}?code=right&state=planted-state`),
        (yield* ends("denied")).page
      ]) {
        assert.strictEqual(page.headers.get("content-type"), "text/html; charset=utf-8")
        assert.strictEqual(page.headers.get("cache-control"), "no-store")
        assert.strictEqual(page.headers.get("referrer-policy"), "no-referrer")
        assert.strictEqual(page.headers.get("x-content-type-options"), "nosniff")
        const style = /<style>(.*)<\/style>/s.exec(page.text)![1]!
        const hash = createHash("sha256").update(style).digest("base64")
        assert.strictEqual(
          page.headers.get("content-security-policy"),
          `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
        )
        assert.notInclude(page.text, "<script")
        assert.notInclude(page.text, "planted")
      }
      assert.include((yield* ends("denied")).page.text, "access_denied (&lt;script&gt;alert(1)&lt;/script&gt;)")
    })
  )
})

describe("LoopbackReceiver.checkPort", () => {
  it.effect("I2, I3, I4: opens what a sign-in would open, and leaves nothing open", () =>
    Effect.gen(function* () {
      const port = yield* freePort
      const redirectUri = RedirectUri.make(`http://localhost:${port}/callback`)
      yield* LoopbackReceiver.checkPort(redirectUri)
      assert.isFalse(yield* isOpen("127.0.0.1", port))
      yield* occupy("::1", port)
      const error = yield* Effect.flip(LoopbackReceiver.checkPort(redirectUri))
      assert.deepInclude(error.reason, { _tag: "PortInUse", host: "::1", port })
      assert.isFalse(yield* isOpen("127.0.0.1", port))
    })
  )
})
