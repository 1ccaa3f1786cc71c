// Clients that mean harm, or are broken, or come at a bad moment: the same for every port that a Sentinel listens on.
import * as Http from "node:http"
import * as Https from "node:https"
import * as Net from "node:net"
import * as Tls from "node:tls"

/** What a client met: a status, or the code of an error. */
export interface Met {
  readonly began: number
  readonly ended: number
  readonly what: string
}

/**
 * One request on a connection of its own, as bytes, over TLS if it is `secure`; the answer as a text, or the code of
 * what broke it.
 */
export const exchange = (port: number, text: string, secure = false): Promise<string> =>
  new Promise((resolve) => {
    let received = ""
    const send = () => void socket.write(text, "latin1")
    const socket: Net.Socket = secure
      ? Tls.connect({ port, host: "127.0.0.1", rejectUnauthorized: false }, send)
      : Net.connect(port, "127.0.0.1", send)
    socket.setEncoding("latin1")
    socket.on("data", (part: string) => void (received += part))
    socket.on("error", (error: NodeJS.ErrnoException) => void (received ||= error.code ?? "failed"))
    socket.on("close", () => resolve(received))
  })

const ask = (port: number, path: string, secure: boolean): Promise<Met> =>
  new Promise((resolve) => {
    const began = performance.now()
    const done = (what: string) => resolve({ began, ended: performance.now(), what })
    const options = { port, path, host: "127.0.0.1", agent: false, rejectUnauthorized: false } as const
    const request = (secure ? Https : Http).get(options, (response) => {
      response.on("error", () => done("broken"))
      response.on("end", () => done(String(response.statusCode)))
      response.resume()
    })
    request.on("error", (error: NodeJS.ErrnoException) => done(error.code ?? "failed"))
  })

/** So many clients that ask one thing after the other, each on a new connection, until the port refuses. */
export const clients = (
  port: number,
  { count = 8, path, secure = false }: { readonly path: string; readonly count?: number; readonly secure?: boolean }
) => {
  const met: Array<Met> = []
  let wake = () => {}
  const one = async () => {
    for (;;) {
      const answer = await ask(port, path, secure)
      met.push(answer)
      wake()
      if (answer.what === "ECONNREFUSED") return
    }
  }
  return {
    /** Resolves when there were `count` answers. */
    answered: (count: number) =>
      new Promise<void>((resolve) => {
        wake = () => {
          if (met.length >= count) resolve()
        }
        wake()
      }),
    /** Resolves when all have ended. */
    ended: Promise.all(Array.from({ length: count }, one)).then(() => met)
  }
}

/** Those who began before the last answer, and were reset. */
export const resets = (met: ReadonlyArray<Met>): ReadonlyArray<Met> => {
  const last = Math.max(...met.filter(({ what }) => /^\d/.test(what)).map(({ ended }) => ended))
  return met.filter(({ began, what }) => began < last && !/^\d/.test(what) && what !== "ECONNREFUSED")
}

/** What any listener of Sentinel does with clients that mean harm, or are broken. */
export const hostile = (
  port: number
): ReadonlyArray<{ readonly what: string; readonly text: string; readonly status: number; readonly has?: RegExp }> => {
  const head = (line: string, more: string = "") => `${line} HTTP/1.1\r\nHost: localhost:${port}\r\n${more}\r\n`
  const close = "Connection: close\r\n"

  return [
    {
      what: "headers of 17 KiB",
      text: head("GET /", `X: ${"a".repeat(17_000)}\r\n`),
      status: 431,
      has: /larger than 16 KiB/
    },
    { what: "an address of 17 KiB", text: head(`GET /${"a".repeat(17_000)}`), status: 431, has: /x-request-id: / },
    {
      what: "no HTTP",
      text: "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
      status: 400,
      has: /"invalid_request"/
    },
    {
      what: "two lengths",
      text: head("POST /", "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n"),
      status: 400,
      has: /no-store/
    },
    { what: "an unknown method", text: head("BREW /health/live"), status: 501, has: /connection: close/ }
  ].concat(
    ["PROPFIND", "MKCOL", "LOCK", "M-SEARCH"].map((method) => ({
      what: `${method} of an address that there is not`,
      text: head(`${method} /nowhere/at/all`, `X-Sentinel-Control: 1\r\n${close}`),
      status: 501,
      has: /no-store/
    }))
  )
}
