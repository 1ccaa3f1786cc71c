// A server in a process of its own, from its start to its end.
import { spawn } from "node:child_process"
import { connect, createServer, type AddressInfo } from "node:net"

const probe = new URL("Probe.ts", import.meta.url).href

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

/** The first answer to a request, from a server that may not listen yet. */
const firstAnswer = (port: number, path: string, isAlive: () => boolean): Promise<string> =>
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

export interface Contestant {
  readonly name: string
  /** Arguments for node. */
  readonly command: (port: number) => string[]
  readonly authorize: (state: string) => string
  /** Path. */
  readonly token: string
  /** Path. */
  readonly keys?: string
  /** Unless it makes none. */
  readonly hasIdToken?: false
  /** How many codes it remembers at once, where it forgets early. */
  readonly remembers?: number
  /** The `Cookie` header of a browser that has signed in. */
  readonly signIn: (origin: string) => Promise<string>
}

/**
 * Starts a server and waits until it answers an authorization request.
 * @param options more options for node
 */
export async function start({ authorize, command, name }: Contestant, options: string[] = []) {
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

  /** @returns microseconds and bytes */
  const ask = (question: "use" | "collect"): Promise<{ cpu: number; time: number; memory: NodeJS.MemoryUsage }> =>
    new Promise((resolve) => {
      child.once("message", (answer) => resolve(answer as any))
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
