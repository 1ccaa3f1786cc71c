// HTTP/1.1 on a bare socket that is kept open, one request at a time: the least that a client can cost, since it shares the
// machine with the server.
import { connect } from "node:net"

/** @typedef {{ status: number, head: string, body: string }} Answer */

export class Connection {
  #received = ""
  #socket
  /** @type {((answer: Answer) => void) | undefined} */
  #resolve
  /** @type {((error: Error) => void) | undefined} */
  #reject
  #host

  constructor(/** @type {number} */ port) {
    this.#host = `localhost:${port}`
    this.#socket = connect(port, "127.0.0.1").setNoDelay().setEncoding("latin1")
    this.#socket.on("data", (chunk) => this.#receive(String(chunk)))
    this.#socket.on("close", () => this.#reject?.(new Error("the server closed the connection")))
    this.#socket.on("error", (error) => this.#reject?.(error))
  }

  get(/** @type {string} */ path, cookie = "") {
    const cookies = cookie === "" ? "" : `Cookie: ${cookie}\r\n`
    return this.#send(`GET ${path} HTTP/1.1\r\nHost: ${this.#host}\r\n${cookies}\r\n`)
  }

  post(/** @type {string} */ path, /** @type {string} */ body) {
    const type = "Content-Type: application/x-www-form-urlencoded"
    return this.#send(
      `POST ${path} HTTP/1.1\r\nHost: ${this.#host}\r\n${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    )
  }

  close() {
    this.#reject = undefined
    this.#socket.destroy()
  }

  /** @returns {Promise<Answer>} */
  #send(/** @type {string} */ request) {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) return reject(new Error("the server has closed the connection"))
      this.#resolve = resolve
      this.#reject = reject
      this.#socket.write(request)
    })
  }

  #receive(/** @type {string} */ chunk) {
    this.#received += chunk
    const end = this.#received.indexOf("\r\n\r\n")
    if (end === -1) return
    const head = this.#received.slice(0, end)
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
    const body = this.#received.slice(end + 4)
    if (length === undefined ? !body.endsWith("0\r\n\r\n") : body.length < Number(length)) return
    this.#received = ""
    this.#resolve?.({ status: Number(head.slice(9, 12)), head, body })
  }
}

/** So many pieces of work on so many connections. @returns {Promise<number>} milliseconds */
export async function load(
  /** @type {Connection[]} */ connections,
  /** @type {number} */ times,
  /** @type {(connection: Connection, index: number) => Promise<unknown>} */ work
) {
  let next = 0
  const began = performance.now()
  await Promise.all(
    connections.map(async (connection) => {
      while (next < times) await work(connection, next++)
    })
  )
  return performance.now() - began
}
