/** Bytes to and from a server, as they are. */
import * as Net from "node:net"

export const dial = async (port: number) => {
  const socket = Net.connect(port, "127.0.0.1")
  let received = ""
  const waiting = new Set<() => void>()
  const wake = () => {
    for (const check of waiting) check()
  }
  socket.setEncoding("latin1")
  socket.on("data", (text: string) => {
    received += text
    wake()
  })
  // A refused client may be reset while it still sends.
  socket.on("error", () => {})
  socket.on("close", wake)
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve)
    socket.once("error", reject)
  })
  const until = (isDone: () => boolean) =>
    new Promise<string>((resolve) => {
      const check = () => {
        if (!isDone()) return
        waiting.delete(check)
        resolve(received)
      }
      waiting.add(check)
      check()
    })
  return {
    socket,
    send: (text: string) => socket.write(text, "latin1"),
    /** Everything that came, once it matches. */
    answer: (pattern: RegExp) => until(() => pattern.test(received) || socket.destroyed),
    closed: () => until(() => socket.destroyed)
  }
}

export const statusOf = (answer: string): string => /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? `none: ${answer}`

export const request = (head: string, headers: Record<string, string | number> = {}): string =>
  [`${head} HTTP/1.1`, ...Object.entries({ Host: "localhost", ...headers }).map(([n, v]) => `${n}: ${v}`), "", ""].join(
    "\r\n"
  )
