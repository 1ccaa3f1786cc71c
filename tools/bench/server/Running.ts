// A server in a process of its own, from its start to its end.
import { spawn } from "node:child_process"
import { connect, createServer } from "node:net"

const probe = new URL("Probe.mjs", import.meta.url).href

/** @returns {Promise<number>} */
const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address())
      server.close(() => resolve(port))
    })
  })

/** The first answer to a request, from a server that may not listen yet. @returns {Promise<string>} */
const firstAnswer = (/** @type {number} */ port, /** @type {string} */ path, /** @type {() => boolean} */ isAlive) =>
  new Promise((resolve, reject) => {
    const attempt = () => {
      if (!isAlive()) return reject(new Error("the server has ended"))
      const socket = connect(port, "127.0.0.1", () =>
        socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`)
      )
      socket.setEncoding("latin1").once("data", (data) => resolve(String(data)) ?? socket.destroy())
      socket.once("error", () => setTimeout(attempt, 1))
    }
    attempt()
  })

/**
 * @typedef {object} Contestant
 * @property {string} name
 * @property {(port: number) => string[]} command arguments for node
 * @property {(state: string) => string} authorize
 * @property {string} token path
 * @property {string} [keys] path
 * @property {(origin: string) => Promise<string>} signIn the `Cookie` header of a browser that has signed in
 */

/**
 * Starts a server and waits until it answers an authorization request.
 *
 * @param {Contestant} contestant
 * @param {string[]} [options] more options for node
 */
export async function start({ authorize, command, name }, options = []) {
  const port = await freePort()
  const began = performance.now()
  const child = spawn(process.execPath, [...options, "--import", probe, ...command(port)], {
    stdio: ["ignore", "ignore", "pipe", "ipc"]
  })
  const ended = new Promise((resolve) => child.once("exit", resolve))
  let said = ""
  child.stderr?.setEncoding("utf8").on("data", (chunk) => (said = (said + chunk).slice(-4096)))
  await firstAnswer(port, authorize("start"), () => child.exitCode === null).catch((error) => {
    throw new Error(`${name}: ${error.message}\n${said}`)
  })
  const startMilliseconds = performance.now() - began

  /** @returns {Promise<{ cpu: number, time: number, memory: NodeJS.MemoryUsage }>} microseconds and bytes */
  const ask = (/** @type {"use" | "collect"} */ question) =>
    new Promise((resolve) => {
      child.once("message", (answer) => resolve(/** @type {any} */ (answer)))
      child.send(question)
    })

  return {
    name,
    port,
    origin: `http://127.0.0.1:${port}`,
    startMilliseconds,
    use: () => ask("use"),
    /** After a garbage collection. */
    collected: () => ask("collect"),
    stop: async () => {
      child.kill()
      await ended
    }
  }
}
