// Clients that mean harm, or are broken, or come at a bad moment: the same for every port that a Sentinel listens on.
import * as Http from "node:http"
import * as Net from "node:net"

/**
 * @param {number} port
 * @param {string} text
 * @returns {Promise<string>}
 */
export const exchange = (port, text) =>
  new Promise((resolve) => {
    let received = ""
    const socket = Net.connect(port, "127.0.0.1", () => socket.write(text, "latin1"))
    socket.setEncoding("latin1")
    socket.on("data", (/** @type {string} */ part) => void (received += part))
    socket.on("error", (/** @type {NodeJS.ErrnoException} */ error) => void (received ||= error.code ?? "failed"))
    socket.on("close", () => resolve(received))
  })

/**
 * @param {number} port
 * @param {string} path
 * @returns {Promise<import("./hostile-clients.d.mts").Met>}
 */
const ask = (port, path) =>
  new Promise((resolve) => {
    const began = performance.now()
    const done = (/** @type {string} */ what) => resolve({ began, ended: performance.now(), what })
    const request = Http.get({ port, path, host: "127.0.0.1", agent: false }, (response) => {
      response.on("error", () => done("broken"))
      response.on("end", () => done(String(response.statusCode)))
      response.resume()
    })
    request.on("error", (/** @type {NodeJS.ErrnoException} */ error) => done(error.code ?? "failed"))
  })

/** @type {typeof import("./hostile-clients.d.mts").clients} */
export const clients = (port, { count = 8, path }) => {
  /** @type {Array<import("./hostile-clients.d.mts").Met>} */
  const met = []
  let wake = () => {}
  const one = async () => {
    for (;;) {
      const answer = await ask(port, path)
      met.push(answer)
      wake()
      if (answer.what === "ECONNREFUSED") return
    }
  }
  return {
    answered: (count) =>
      new Promise((resolve) => {
        wake = () => {
          if (met.length >= count) resolve()
        }
        wake()
      }),
    ended: Promise.all(Array.from({ length: count }, one)).then(() => met)
  }
}

/** @type {typeof import("./hostile-clients.d.mts").resets} */
export const resets = (met) => {
  const last = Math.max(...met.filter(({ what }) => /^\d/.test(what)).map(({ ended }) => ended))
  return met.filter(({ began, what }) => began < last && !/^\d/.test(what) && what !== "ECONNREFUSED")
}

/** @param {number} port @returns {ReadonlyArray<{ what: string; text: string; status: number; has?: RegExp }>} */
export const hostile = (port) => {
  const head = (/** @type {string} */ line, /** @type {string} */ more = "") =>
    `${line} HTTP/1.1\r\nHost: localhost:${port}\r\n${more}\r\n`
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
    { what: "a method that nobody knows", text: head("BREW /health/live"), status: 501, has: /connection: close/ }
  ].concat(
    ["PROPFIND", "MKCOL", "LOCK", "M-SEARCH"].map((method) => ({
      what: `${method} of an address that there is not`,
      text: head(`${method} /nowhere/at/all`, `X-Sentinel-Control: 1\r\n${close}`),
      status: 501,
      has: /no-store/
    }))
  )
}
