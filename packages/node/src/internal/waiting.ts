/** What a program answers that has not started yet, or is stopping already. */
import { documentHeaders } from "@le-auth/core/shared/PagePolicy"
import type * as Http from "node:http"

/**
 * `/health/live` is 200, since to start again would not help; everything else is 503 and may be asked for again soon.
 */
export const answerWaiting: Http.RequestListener = (request, response) => {
  const isAlive = request.url?.split("?", 1)[0] === "/health/live"
  response.writeHead(isAlive ? 200 : 503, {
    "content-type": "application/json",
    ...documentHeaders,
    // The body of the request is not read.
    connection: "close",
    ...(!isAlive && { "retry-after": "1" })
  })
  response.end(
    isAlive ? '{"status":"alive"}' : '{"status":"not ready","reason":"The program is starting or stopping."}'
  )
}
