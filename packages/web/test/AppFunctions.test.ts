/** What an application does without a user, by promises, over the scripted wire. */
import { assert, describe, it } from "@effect/vitest"
import * as AppTokens from "@le-auth/core/AppTokens"
import * as AppTokenStore from "@le-auth/core/AppTokenStore"
import * as KeySets from "@le-auth/core/KeySets"
import * as AppFunctions from "@le-auth/web/AppFunctions"
import * as WebSignIn from "@le-auth/web/WebSignIn"
import * as Mac from "effect/crypto/Mac"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { createHmac } from "node:crypto"
import { inspect } from "node:util"
import { account, installation, jwt, Wire } from "../../core/test/ScriptedSentinel.ts"
import { services } from "./Application.ts"
import { Browser } from "./Browser.ts"

const layerFor = (use: (wire: typeof Wire.Service) => void) =>
  Layer.mergeAll(AppFunctions.layer, Layer.effectDiscard(Effect.map(Wire, use))).pipe(
    Layer.provide([
      Layer.provide(AppTokens.layer, AppTokenStore.layerMemory),
      KeySets.layer,
      Layer.provide(Mac.layerWebCrypto, SecureRandom.layerWebCrypto)
    ]),
    Layer.provideMerge(services({}))
  )

/** A program, and the wire that it is on. */
const started = async <P extends { readonly ready: Promise<void>; readonly dispose: () => Promise<void> }>(
  start: (layer: ReturnType<typeof layerFor>) => P
) => {
  let wire: typeof Wire.Service | undefined
  const program = start(layerFor((found) => void (wire = found)))
  await program.ready
  return { ...program, wire: wire! }
}

const programs = {
  "a program that signs users in": () => started((layer) => WebSignIn.toWebHandler(layer)),
  "a program without a user": () => started((layer) => AppFunctions.make(layer))
}

const users = "/api/account/{account}/configuration/le-users/users"
const tagOf = (promise: Promise<unknown>) =>
  promise.then(
    () => assert.fail("It did not reject"),
    (error: { readonly _tag?: string }) => {
      assert.notInclude(inspect(error, { depth: 9, showHidden: true }), "planted-")
      return error._tag
    }
  )

for (const [name, start] of Object.entries(programs)) {
  describe(name, () => {
    it.live("K1: has an app token, renews it when it was refused, and calls services with it", () =>
      Effect.promise(async () => {
        const { appToken, callApiAsApp, dispose, wire } = await start()
        const tokens = await Promise.all(Array.from({ length: 100 }, () => appToken()))
        assert.lengthOf(new Set(tokens.map(Redacted.value)), 1)
        assert.lengthOf(wire.to("/app/token"), 1)
        const next = await appToken({ accountId: account, unless: tokens[0] })
        assert.notStrictEqual(Redacted.value(next), Redacted.value(tokens[0]!))
        const answer = await callApiAsApp("accountConfigReadOnly", users, { scheme: "none" })
        assert.strictEqual(answer.status, 200)
        const [sent] = wire.to("/users")
        assert.strictEqual(sent!.url.pathname, `/api/account/${account}/configuration/le-users/users`)
        assert.strictEqual(sent!.headers["authorization"], Redacted.value(next))
        assert.strictEqual(await tagOf(callApiAsApp("msgHist", "/a/../b")), "InvalidArgument")
        assert.strictEqual(await tagOf(appToken({ accountId: "87654321" })), "UnknownInstallation")
        const signal = AbortSignal.abort("enough")
        assert.strictEqual(await callApiAsApp("msgHist", "/x", { signal }).catch((error: unknown) => error), "enough")
        await dispose()
      })
    )

    it.live("K2: knows the app tokens and the webhooks of LivePerson", () =>
      Effect.promise(async () => {
        const { dispose, verifyAppToken, verifyWebhook } = await start()
        const now = Math.floor(performance.timeOrigin / 1000)
        const claims = { aud: account, azp: "caller", iss: "Sentinel", scope: "a b", iat: now, exp: now + 3600 }
        const headers = { authorization: jwt(claims) }
        assert.deepInclude({ ...(await verifyAppToken({ headers }, { scope: "a" })) }, { aud: account })
        assert.strictEqual(await tagOf(verifyAppToken({ headers }, { scope: "c" })), "AppJwtError")
        assert.strictEqual(await tagOf(verifyAppToken({ headers: {} })), "AppJwtError")
        const body = "{}"
        const secret = Redacted.value(installation.clientSecret)
        const signature = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`
        const request = (bytes: string) =>
          new Request("https://app.example/", {
            method: "POST",
            headers: { "x-liveperson-signature": signature },
            body: bytes
          })
        assert.strictEqual(new TextDecoder().decode(await verifyWebhook(request(body))), body)
        assert.strictEqual(await tagOf(verifyWebhook(request("{ }"))), "InvalidWebhook")
        assert.strictEqual(await tagOf(verifyWebhook(request(body), { maximumRequestSize: "1 B" })), "InvalidWebhook")
        await dispose()
      })
    )

    it.live("K1: does nothing after its end", () =>
      Effect.promise(async () => {
        const { appToken, dispose } = await start()
        await appToken()
        await dispose()
        assert.isUndefined(await tagOf(appToken()))
      })
    )
  })
}

it.live("K1: the functions for users work beside those of the application", () =>
  Effect.promise(async () => {
    const web = await started((layer) => WebSignIn.toWebHandler(layer))
    await new Browser(web.handler).signIn()
    const ofUser = await web.accessToken({ accountId: account, subject: "3552833710" })
    assert.notStrictEqual(Redacted.value(ofUser), Redacted.value(await web.appToken()))
    await web.dispose()
  })
)

it.live(
  "a request is looked at before the layer is built, as frameworks that make answers in advance want to know",
  () =>
    Effect.promise(async () => {
      const web = WebSignIn.toWebHandler(services({ web: { frameAncestors: ["*"] } }))
      let looks = 0
      const request = new Proxy(new Request("https://app.example/session"), {
        get: () => {
          looks += 1
          throw new Error("there is no request")
        }
      })
      for (const [index, call] of [
        () => web.handler(request),
        () => web.session(request),
        () => web.accessToken(request),
        () => web.callApi(request, "service", "/"),
        () => web.signOut(request)
      ].entries()) {
        const answer = call()
        assert.strictEqual(looks, index + 1)
        assert.strictEqual(await tagOf(answer), "EmbeddingRefused")
      }
      await web.dispose()
    })
)
