/** Answers requests of `node:http`, and leaves to others what is not for le-auth before it touches them. */
import * as IncomingRequest from "@le-auth/core/shared/IncomingRequest"
import { noStore } from "@le-auth/core/shared/PagePolicy"
import type { LeAuth, NodeRequest, NodeResponse } from "../LeAuth.ts"
import { isLeAuthError, LeAuthError } from "../LeAuthError.ts"
import type { Logger } from "../Options.ts"
import type { Platform } from "./Platform.ts"
import * as Routes from "./routes.ts"

/** What frameworks and their parsers add to a request. */
interface Incoming {
  url?: string | undefined
  /** The whole target, where `url` is the rest of it below a mount path. */
  readonly originalUrl?: string | undefined
  /** The body as it came, kept by a parser. */
  rawBody?: unknown
  readonly destroyed?: boolean | undefined
}

/** A response as `node:http` has it. */
interface Outgoing {
  readonly headersSent: boolean
  readonly destroyed?: boolean | undefined
  readonly writeHead: (status: number, headers: Record<string, string>) => { readonly end: (text?: string) => void }
}

const answer = (response: Outgoing, status: number, headers: Record<string, string> = {}, text?: string) => {
  if (response.destroyed !== true && !response.headersSent) {
    response.writeHead(status, { ...noStore, ...headers }).end(text)
  }
}

const alreadyRead = () =>
  new LeAuthError({
    _tag: "InvalidArgument",
    status: 500,
    message:
      "The body of a call has been read already, so it cannot be passed on. Put nodeHandler before parsers of bodies such as express.json(), or let the parser keep the bytes as request.rawBody (in Nest: rawBody: true)."
  })

/** A body that a parser has read is taken from where it kept it. Says whether there is one to be had. */
const restoreBody = (request: Incoming): boolean => {
  if (!IncomingRequest.isRead(request)) return true
  const kept = IncomingRequest.keptBody(request)
  if (kept === undefined) return false
  request.rawBody = Buffer.isBuffer(kept) ? kept : Buffer.from(kept)
  return true
}

const noNode = () =>
  new LeAuthError({
    _tag: "InvalidArgument",
    status: 500,
    message: "nodeHandler needs Node, Bun or Deno. Here take handler, which gets a Request and gives a Response."
  })

export const nodeHandler = (options: {
  readonly routes: ReturnType<typeof Routes.make>
  readonly handler: LeAuth["handler"]
  readonly ready: () => Promise<Platform>
  readonly logger: Logger
}): LeAuth["nodeHandler"] => {
  const { handler, logger, ready, routes } = options
  let bridged: ReturnType<NonNullable<Platform["bridge"]>> | undefined

  const bridge = async () => {
    const platform = await ready()
    if (platform.bridge === undefined) throw noNode()
    return (bridged ??= platform.bridge(handler, (error) =>
      // Something unexpected is in the log already.
      isLeAuthError(error) ? logger.error("A request could not be answered", { error: error.message }) : undefined
    ))
  }

  return (request: NodeRequest, response: NodeResponse, next) => {
    const incoming = request as NodeRequest & Incoming
    const outgoing = response as unknown as Outgoing
    const target = incoming.originalUrl ?? incoming.url ?? "/"
    const method = request.method ?? "GET"
    const path = Routes.pathOf(target)
    if (!routes.has(method, path)) return next === undefined ? answer(outgoing, 404) : next()

    const fail = (error: Error) => {
      if (next !== undefined) return next(error)
      const message = isLeAuthError(error) ? error.message : "The request could not be answered."
      logger.error("A request could not be answered", { error: message })
      const body = JSON.stringify({ error: "ServerError", message: "The request could not be answered." })
      const status = isLeAuthError(error) ? error.status : 500
      // The body of the request is not read.
      answer(outgoing, status, { "content-type": "application/json", connection: "close" }, body)
    }
    if (routes.readsBody(method, path) && !restoreBody(incoming)) return fail(alreadyRead())

    bridge().then((answered) => {
      // The client has gone away meanwhile.
      if (incoming.destroyed === true && outgoing.destroyed === true) return
      // A mount path is a part of the address.
      incoming.url = target
      answered(request, response)
    }, fail)
  }
}
