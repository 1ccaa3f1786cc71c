/**
 * The sign-in in a bare `node:http` server.
 *
 * `services` says who the application is and where things are kept; docs/web.md has them ready to copy.
 */
import * as WebSignIn from "@le-auth/web/WebSignIn"
import type * as Layer from "effect/Layer"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"

/** A web `Request` without its body, which no sign-in route reads. */
const toRequest = (message: IncomingMessage): Request => {
  const headers = new Headers()
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value)
  }
  return new Request(new URL(message.url ?? "/", "http://localhost"), { method: message.method ?? "GET", headers })
}

const send = async (response: Response, out: ServerResponse): Promise<void> => {
  for (const [name, value] of response.headers) if (name !== "set-cookie") out.setHeader(name, value)
  // Each cookie needs a header of its own.
  out.setHeader("set-cookie", response.headers.getSetCookie())
  out.writeHead(response.status)
  out.end(new Uint8Array(await response.arrayBuffer()))
}

/** A `node:http` listener from a function of web requests. */
export const listener =
  (handler: (request: Request) => Promise<Response>) =>
  (message: IncomingMessage, out: ServerResponse): void => {
    handler(toRequest(message))
      .then((response) => send(response, out))
      .catch(() => out.writeHead(500).end())
  }

export const make = <E>(services: Layer.Layer<WebSignIn.Services, E>) => {
  const signIn = WebSignIn.toWebHandler(services)

  const server = createServer(
    listener(async (request) => {
      if (new URL(request.url).pathname !== "/") return signIn.handler(request)
      const session = await signIn.session(request)
      return new Response(session.signedIn ? `Hello ${session.subject}` : "Hello stranger")
    })
  )

  return { server, dispose: signIn.dispose }
}
