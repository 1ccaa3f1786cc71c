/**
 * Runs the command on a real terminal: `script`, which every Debian has, opens a pseudo terminal, and xterm's own
 * emulator keeps the screen that a user would see.
 */
import xterm from "@xterm/headless"
import { spawn } from "node:child_process"
import { base, bundle, type Environment } from "./Cli.ts"

const columns = 100
const rows = 60

export const keys = { enter: "\r", ctrlC: "\u0003", ctrlD: "\u0004", y: "y", n: "n" }

const quoted = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`

export const onTerminal = (args: ReadonlyArray<string>, env: Environment = {}) => {
  const command = [process.execPath, ...bundle, ...args].map(quoted).join(" ")
  const child = spawn("script", ["-qfec", `stty cols ${columns} rows ${rows}; exec ${command}`, "/dev/null"], {
    env: { ...base, NO_COLOR: "", TERM: "xterm-256color", ...env },
    stdio: ["pipe", "pipe", "inherit"]
  })
  const emulator = new xterm.Terminal({ cols: columns, rows, scrollback: 1000, allowProposedApi: true })
  // What the program asks the terminal, such as where the cursor is.
  emulator.onData((answer) => child.stdin.write(answer))
  let raw = ""
  const waiting = new Set<() => void>()
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    raw += text
    emulator.write(text, () => {
      for (const check of waiting) check()
    })
  })

  /** What is on the screen, without blanks at the ends. */
  const screen = (): string => {
    const { active } = emulator.buffer
    let text = ""
    for (let index = 0; index < active.length; index++) {
      const line = active.getLine(index)!
      text += line.isWrapped ? line.translateToString(true) : `\n${line.translateToString(true)}`
    }
    return text.trim()
  }
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve))
  const result = ended.then(
    (code) =>
      new Promise<{ readonly code: number | null; readonly screen: string; readonly raw: string }>((resolve) =>
        emulator.write("", () => resolve({ code, screen: screen(), raw }))
      )
  )
  return {
    result,
    screen,
    type: (text: string) => child.stdin.write(text),
    /** The terminal goes away, as when its window is closed. */
    hangUp: () => child.kill("SIGKILL"),
    /** The first match on the screen as it is, or will be. */
    shows: (pattern: RegExp) =>
      new Promise<RegExpExecArray>((resolve, reject) => {
        const check = () => {
          const match = pattern.exec(screen())
          if (match === null) return
          waiting.delete(check)
          resolve(match)
        }
        waiting.add(check)
        void result.then(() => reject(new Error(`ended without ${pattern}:\n${screen()}`)))
        check()
      })
  }
}
