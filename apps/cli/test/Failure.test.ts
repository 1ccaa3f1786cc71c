import * as CallbackError from "@le-auth/core/CallbackError"
import * as Domains from "@le-auth/core/Domains"
import * as FetchHttp from "@le-auth/core/FetchHttp"
import { AccountId } from "@le-auth/core/Identifiers"
import { NotSignedIn, SessionEnded } from "@le-auth/core/SessionError"
import { SettingsError } from "@le-auth/core/Settings"
import { StoreError } from "@le-auth/core/StoreError"
import * as TokenError from "@le-auth/core/TokenError"
import * as LoopbackError from "@le-auth/node/LoopbackError"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { assert, describe, it } from "vitest"
import { type ExitCode, fromError, type LibraryError } from "../src/terminal/Failure.ts"

const answer = { error: "invalid" }
const accountId = AccountId.make("12345678")
const endpoint = { host: "127.0.0.1", port: 1 }

/** By its name: the error, and its exit code. That none is missing is a matter of types, see `Failure.ts`. */
const token = (operation: TokenError.TokenError["operation"]): ReadonlyArray<readonly [LibraryError, ExitCode]> =>
  (
    [
      [new TokenError.InvalidGrant(answer), "failed"],
      [new TokenError.InvalidClient(answer), "configuration"],
      [new TokenError.Refused(answer), "configuration"],
      [new TokenError.RateLimited({}), "unavailable"],
      [new TokenError.Unavailable({ problem: "x", sent: true }), "unavailable"],
      [new TokenError.Timeout(), "unavailable"],
      [new TokenError.BadResponse({ status: 200, contentType: "", problem: "x" }), "failed"]
    ] as const
  ).map(([reason, code]) => [new TokenError.TokenError({ operation, reason }), code])

const callback = (reason: CallbackError.CallbackErrorReason) => new CallbackError.CallbackError({ reason })
const domains = (reason: Domains.DomainsErrorReason) => new Domains.DomainsError({ reason })
const loopback = (reason: LoopbackError.LoopbackErrorReason) => new LoopbackError.LoopbackError({ reason })

const expected: ReadonlyArray<readonly [LibraryError, ExitCode]> = [
  ...token("exchange"),
  ...token("refresh"),
  ...token("revoke"),
  [callback(new CallbackError.Denied({ error: "access_denied" })), "denied"],
  [callback(new CallbackError.Expired()), "timedOut"],
  [callback(new CallbackError.MissingState()), "failed"],
  [domains(new Domains.Unavailable({ problem: "x" })), "unavailable"],
  [domains(new Domains.UnknownAccount({ accountId })), "failed"],
  [domains(new Domains.UnknownService({ accountId, service: "x" })), "failed"],
  [domains(new Domains.HostNotAllowed({ host: "x" })), "failed"],
  [loopback(new LoopbackError.PortInUse(endpoint)), "port"],
  [loopback(new LoopbackError.CannotListen({ ...endpoint, cause: new Error("x") })), "port"],
  [loopback(new LoopbackError.NotLoopback({})), "configuration"],
  [loopback(new LoopbackError.Timeout({ after: Duration.seconds(1) })), "timedOut"],
  [new NotSignedIn(), "notSignedIn"],
  [new SessionEnded(), "notSignedIn"],
  [new SettingsError({ problems: ["x"] }), "configuration"],
  [new StoreError({ store: "x", operation: "y" }), "storage"]
]

describe("the text", () => {
  it("names a setting that is wrong, in the words of its schema alone", async () => {
    const wrong = ConfigProvider.fromUnknown({ LE_AUTH_DOMAIN_API: "http://sentinel:4400" })
    const error = await Domains.layerConfig.pipe(
      Layer.provide(FetchHttp.layer),
      Layer.build,
      Effect.scoped,
      Effect.flip,
      Effect.provide(ConfigProvider.layer(wrong)),
      Effect.runPromise
    )
    const failure = fromError(error)
    assert.strictEqual(failure.code, "configuration")
    assert.strictEqual(
      failure.message,
      "The configuration has problems:\n" +
        "  - LE_AUTH_DOMAIN_API: Plain http to a host that LE_AUTH_DEVELOPMENT_HOSTS does not list"
    )
  })
})

describe("exit codes", () => {
  it("say who has to act, for each error and reason", () => {
    for (const [error, code] of expected) assert.strictEqual(fromError(error).code, code, error.message)
  })

  it("what cannot be listened on names the flag for another port", () => {
    for (const reason of [
      new LoopbackError.PortInUse(endpoint),
      new LoopbackError.CannotListen({ ...endpoint, cause: new Error("x") })
    ]) {
      assert.include(fromError(loopback(reason)).message, "le-auth login --port")
    }
  })

  it("J4: a message of one line stays one, and the list of settings stays a list", () => {
    const forged = new StoreError({ store: "x\nle-auth: all is well\u001b[2J", operation: "y" })
    assert.notMatch(fromError(forged).message, /\p{Cc}/u)
    const settings = new SettingsError({ problems: ["A is missing", "B\u001b: wrong\nle-auth: fine"] })
    assert.strictEqual(
      fromError(settings).message,
      "The configuration has problems:\n  - A is missing\n  - B\\u{1b}: wrong\\u{a}le-auth: fine"
    )
  })
})
