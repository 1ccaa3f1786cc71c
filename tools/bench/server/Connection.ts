// HTTP/1.1 on a bare socket that is kept open, one request at a time: the least that a client can cost, since it shares
// the machine with the server.
import { connect } from "node:net"

export type Answer = { status: number; head: string; body: string }

export class Connection {
  #received = ""
  #socket
  #resolve: ((answer: Answer) => void) | undefined
  #reject: ((error: Error) => void) | undefined
  #host

  constructor(port: number) {
    this.#host = `localhost:${port}`
    this.#socket = connect(port, "127.0.0.1").setNoDelay().setEncoding("latin1")
    this.#socket.on("data", (chunk) => this.#receive(String(chunk)))
    this.#socket.on("close", () => this.#reject?.(new Error("the server closed the connection")))
    this.#socket.on("error", (error) => this.#reject?.(error))
  }

  get(path: string, cookie = "") {
    const cookies = cookie === "" ? "" : `Cookie: ${cookie}\r\n`
    return this.#send(`GET ${path} HTTP/1.1\r\nHost: ${this.#host}\r\n${cookies}\r\n`)
  }

  post(path: string, body: string) {
    const type = "Content-Type: application/x-www-form-urlencoded"
    return this.#send(
      `POST ${path} HTTP/1.1\r\nHost: ${this.#host}\r\n${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    )
  }

  close() {
    this.#reject = undefined
    this.#socket.destroy()
  }

  #send(request: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) return reject(new Error("the server has closed the connection"))
      this.#resolve = resolve
      this.#reject = reject
      this.#socket.write(request)
    })
  }

  #receive(chunk: string) {
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

/**
 * A number of pieces of work on a number of connections.
 * @returns milliseconds
 */
export async function load(
  connections: Connection[],
  times: number,
  work: (connection: Connection, index: number) => Promise<unknown>
): Promise<number> {
  let next = 0
  const began = performance.now()
  await Promise.all(
    connections.map(async (connection) => {
      while (next < times) await work(connection, next++)
    })
  )
  return performance.now() - began
}
