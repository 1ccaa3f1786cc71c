/**
 * Receives the callback of a sign-in on this computer: a small web server on the loopback interface that lives as long
 * as the attempt.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8252#section-7.3 RFC 8252 section 7.3}
 * @see {@link https://www.rfc-editor.org/rfc/rfc8252#section-8.3 RFC 8252 section 8.3}
 * @since 0.1.0
 */
import type { RedirectUri } from "@le-auth/core/Identifiers"
import * as Redaction from "@le-auth/core/Redaction"
import * as Origin from "@le-auth/core/Origin"
import type { CompleteError, SignedIn } from "@le-auth/core/SignIn"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import type { HttpServerResponse } from "effect/http/HttpServerResponse"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { listen } from "./internal/loopbackServer.ts"
import * as ResultPage from "./internal/resultPage.ts"
import { LoopbackError, NotLoopback, Timeout } from "./LoopbackError.ts"
import * as NodeCrypto from "./NodeCrypto.ts"

/**
 * What {@link open} is told: the redirect URI, and the work for a callback.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options<R> {
  /** The redirect URI as registered: http, and a loopback host. Its port is opened, its path is answered. */
  readonly redirectUri: RedirectUri
  /**
   * The address to listen on, if it is not that of the redirect URI: in a container, whose published port leads
   * elsewhere, `0.0.0.0`. **Other computers can then reach the port.** The redirect URI, and the `Host` that is
   * answered, stay as they are.
   */
  readonly listenHost?: string | undefined
  /** Checks a callback and completes the sign-in: `SignIn.complete`, with the binding of this attempt. */
  readonly complete: (url: string) => Effect.Effect<SignedIn, CompleteError, R>
  /** How long to wait for the callback. Default: 3 minutes. */
  readonly timeout?: Duration.Input | undefined
}

/**
 * A port that is open and waits.
 *
 * @category models
 * @since 0.1.0
 */
export interface LoopbackReceiver {
  /** The completed sign-in, once the right callback has come. */
  readonly signedIn: Effect.Effect<SignedIn, CompleteError | LoopbackError>
  /**
   * Takes a callback that came another way, such as an address that the user copied from a browser of another computer.
   * It passes the same checks. Gives what is wrong with it if waiting goes on, and nothing if the attempt is over.
   */
  readonly receive: (url: string) => Effect.Effect<string | undefined>
}

/** The loopback host and port of a redirect URI. */
const addressOf = (redirectUri: RedirectUri): Effect.Effect<URL, LoopbackError> => {
  const url = new URL(redirectUri)
  return url.protocol === "http:" && Origin.isLoopback(url.host)
    ? Effect.succeed(url)
    : Effect.fail(new LoopbackError({ reason: new NotLoopback({ redirectUri }) }))
}

const listenAt = ({ hostname, port }: URL, host = hostname) => listen(host, port === "" ? 80 : Number(port))

/**
 * Opens the port of the redirect URI as {@link open} does, and closes it at once: it shows what would keep a sign-in
 * from working. Fails with a `LoopbackError` whose reason is `PortInUse`, `CannotListen` or `NotLoopback`.
 *
 * @category guards
 * @since 0.1.0
 */
export const checkPort = (redirectUri: RedirectUri): Effect.Effect<void, LoopbackError> =>
  Effect.scoped(Effect.asVoid(Effect.flatMap(addressOf(redirectUri), (address) => listenAt(address))))

/**
 * Whether an error means that this attempt is over. Everything else that reaches the port (wrong state, no state,
 * nonsense) may come from anybody, and must not end the wait for the real callback.
 */
const endsAttempt = (error: CompleteError): boolean =>
  error._tag !== "CallbackError" || error.reason._tag === "Denied" || error.reason._tag === "Expired"

/** A program has no cookies that could be blocked: an address that does not fit is of another attempt. */
const messageOf = (error: CompleteError): string =>
  error._tag === "CallbackError" && error.reason._tag === "WrongUserAgent"
    ? "This address belongs to another sign-in. Start the sign-in again."
    : error.message

/**
 * What Sentinel answered to the program is for the program, which says it; a page says what the browser itself brought.
 */
const pageMessageOf = (error: CompleteError): string =>
  error._tag === "CallbackError" ? error.message : "The program says why."

/** What is answered without looking at the callback: `undefined` if it is for us. */
const notForUs = (request: HttpServerRequest, address: URL): HttpServerResponse | undefined => {
  // A page that made its own name point to this computer says that name here (DNS rebinding).
  if (request.headers["host"]?.toLowerCase() !== address.host) return ResultPage.plainAnswer(400, "Wrong host.")
  if (request.url.split("?", 1)[0] !== address.pathname) return ResultPage.plainAnswer(404, "There is nothing here.")
  if (request.method !== "GET") return ResultPage.plainAnswer(405, "Only GET is answered here.", { allow: "GET" })
  return undefined
}

/** What a callback came to. Only one that is ignored leaves the attempt open. */
type Received =
  | { readonly _tag: "SignedIn" }
  | { readonly _tag: "Failed"; readonly message: string | undefined }
  | { readonly _tag: "Ignored"; readonly message: string }

const pageOf = (received: Received, resultPage: ResultPage.ResultPage): HttpServerResponse => {
  if (received._tag === "SignedIn") {
    return resultPage(200, "You are signed in", "You can close this window and go back to the program.")
  }
  if (received._tag === "Ignored") return resultPage(400, "This is not the expected sign-in", received.message)
  return received.message === undefined
    ? resultPage(500, "The sign-in failed", "See the program.")
    : resultPage(400, "The sign-in failed", received.message)
}

/** Whether a text is an address that the browser may have been sent to. */
const isCallback = (text: string, address: URL): boolean => {
  const url = URL.parse(text)
  return url !== null && url.origin === address.origin && url.pathname === address.pathname && url.hash === ""
}

/**
 * Opens the port of the redirect URI and waits for the callback. The port closes with the scope, whatever ends it.
 *
 * It listens on loopback only, unless it is told an address to listen on; for `localhost` on 127.0.0.1 and ::1. Other
 * paths, methods and hosts are answered and ignored, and so are callbacks that belong to no open sign-in; waiting goes
 * on. A refusal by Sentinel or a failed code exchange ends the attempt. Fails at once with `PortInUse`, `CannotListen`
 * or `NotLoopback`, later with `Timeout`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const open = Effect.fnUntraced(function* <R>(
  options: Options<R>
): Effect.fn.Return<LoopbackReceiver, LoopbackError, R | Scope.Scope> {
  const address = yield* addressOf(options.redirectUri)
  const resultPage = yield* Effect.provide(ResultPage.make, NodeCrypto.layerDigest)
  const timeout = Duration.fromInputUnsafe(options.timeout ?? "3 minutes")
  const outcome = yield* Deferred.make<SignedIn, CompleteError | LoopbackError>()
  // One callback at a time, and no deadline in the middle of one: its code may be spent already.
  const one = Semaphore.makeUnsafe(1)

  const receive = (url: string): Effect.Effect<Received, never, R> =>
    options.complete(url).pipe(
      Effect.exit,
      Effect.flatMap((exit): Effect.Effect<Received> => {
        const failure = Exit.isSuccess(exit) ? undefined : exit.cause.reasons.find((reason) => reason._tag === "Fail")
        if (failure !== undefined && !endsAttempt(failure.error)) {
          return Effect.succeed({ _tag: "Ignored", message: messageOf(failure.error) })
        }
        const received: Received = Exit.isSuccess(exit)
          ? { _tag: "SignedIn" }
          : { _tag: "Failed", message: failure && pageMessageOf(failure.error) }
        return Effect.as(Deferred.done(outcome, exit), received)
      }),
      one.withPermits(1),
      // A browser that closes the connection must not undo a sign-in in the middle of its code exchange.
      Effect.uninterruptible
    )

  const answer = Effect.flatMap(HttpServerRequest, (request): Effect.Effect<HttpServerResponse, never, R> =>
    Effect.suspend(() => {
      const refusal = notForUs(request, address)
      return refusal === undefined
        ? Effect.map(receive(address.origin + request.url), (received) => pageOf(received, resultPage))
        : Effect.succeed(refusal)
    })
  )

  for (const server of yield* listenAt(address, options.listenHost)) {
    yield* Redaction.redacting(server.serve(answer))
  }
  yield* Effect.sleep(timeout).pipe(
    Effect.andThen(
      one.withPermits(1)(Deferred.fail(outcome, new LoopbackError({ reason: new Timeout({ after: timeout }) })))
    ),
    Effect.forkScoped
  )
  const services = yield* Effect.context<R>()
  return {
    signedIn: Deferred.await(outcome),
    receive: (url) =>
      isCallback(url, address)
        ? receive(url).pipe(
            Effect.map((received) => (received._tag === "Ignored" ? received.message : undefined)),
            Effect.provideContext(services)
          )
        : Effect.succeed(`This is not an address that begins with ${address.origin}${address.pathname}`)
  }
})
