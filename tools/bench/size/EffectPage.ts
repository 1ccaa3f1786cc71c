// le-auth's Effect modules.
import * as BrowserSignIn from "@le-auth/browser/BrowserSignIn"
import * as PageSession from "@le-auth/browser/PageSession"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

import { onClick, show } from "./Page.ts"

const services = Layer.merge(BrowserSignIn.layer, PageSession.layer)
const run = (effect: Effect.Effect<unknown, unknown, Layer.Success<typeof services>>) =>
  Effect.runFork(effect.pipe(Effect.match({ onSuccess: show, onFailure: show }), Effect.provide(services)))

run(BrowserSignIn.resume)
onClick("sign-in", () => run(BrowserSignIn.redirect()))
onClick("session", () => run(PageSession.current))
