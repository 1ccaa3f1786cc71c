/** Runs an effect as the answer to a request of a browser, and gives the browser the cookies of the response. */
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as HttpEffect from "effect/http/HttpEffect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"

export type CookieJar = Map<string, string>

/** An answer that is still on its way to the browser that sent these cookies. */
export const answerOf = <A, E, R>(sent: CookieJar, effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const context = yield* Effect.context<R>()
    let result: Exit.Exit<A, E> | undefined
    const handler = HttpEffect.toWebHandler(
      Effect.map(Effect.exit(Effect.provide(effect, context)), (exit) => {
        result = exit
        return HttpServerResponse.empty()
      })
    )
    const cookie = Array.from(sent, ([name, value]) => `${name}=${value}`).join("; ")
    const response = yield* Effect.promise(() =>
      handler(new Request("https://app.example/", { headers: cookie === "" ? {} : { cookie } }))
    )
    const apply = (browser: CookieJar) => {
      for (const header of response.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(header)!
        if (/; Max-Age=0(;|$)/.test(header)) browser.delete(name!)
        else browser.set(name!, value!)
      }
    }
    return { exit: result!, apply }
  })

export const inRequest = <A, E, R>(browser: CookieJar, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(answerOf(browser, effect), ({ apply, exit }) => {
    apply(browser)
    return exit
  })
