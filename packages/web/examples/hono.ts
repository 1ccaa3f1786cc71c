/**
 * The sign-in in a Hono application: on Node, Bun, Deno and workers.
 *
 * `services` says who the application is and where things are kept; docs/web.md has them ready to copy.
 */
import * as WebSignIn from "@le-auth/web/WebSignIn"
import type * as Layer from "effect/Layer"
import { Hono } from "hono"

export const make = <E>(services: Layer.Layer<WebSignIn.Services, E>) => {
  const signIn = WebSignIn.toWebHandler(services)
  const app = new Hono()

  app.get("/", async (context) => {
    const session = await signIn.session(context.req.raw)
    return context.text(session.signedIn ? `Hello ${session.subject}` : "Hello stranger")
  })

  // Last, so that it gets what no route of the application's own answers.
  app.all("*", (context) => signIn.handler(context.req.raw))

  return { fetch: (request: Request) => app.fetch(request), dispose: signIn.dispose }
}
