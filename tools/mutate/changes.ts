// The changes to a package's files, made by the mutators of Stryker, all at once and each behind a switch.
import fs from "node:fs"
import path from "node:path"

import { Instrumenter } from "@stryker-mutator/instrumenter"

import { isForPeople } from "./protocol.ts"

const silent = () => {}
const logger = {
  isTraceEnabled: () => false,
  isDebugEnabled: () => false,
  isInfoEnabled: () => false,
  isWarnEnabled: () => false,
  isErrorEnabled: () => false,
  isFatalEnabled: () => false,
  trace: silent,
  debug: silent,
  info: silent,
  warn: silent,
  error: silent,
  fatal: silent
}

export interface Change {
  readonly id: string
  readonly file: string
  readonly line: number
  /** What is replaced, on one line. */
  readonly code: string
  readonly replacement: string
}

/** Writes the instrumented files into a folder. */
export async function instrument(
  root: string,
  files: ReadonlyArray<string>,
  folder: string
): Promise<ReadonlyArray<Change>> {
  const sources = files.map((name) => ({
    name,
    mutate: true,
    content: fs.readFileSync(path.join(root, name), "utf8")
  }))
  const options = { plugins: null, excludedMutations: [], ignorers: [] }
  const instrumented = await new Instrumenter(logger).instrument(sources, options)
  for (const { content, name } of instrumented.files) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    fs.writeFileSync(path.join(folder, name), content)
  }
  const texts = new Map(sources.map(({ content, name }) => [name, content.split("\n")]))
  return instrumented.mutants.flatMap(({ fileName, id, location: { end, start }, mutatorName, replacement }) => {
    const lines = (texts.get(fileName) ?? []).slice(start.line, end.line + 1)
    const last = lines.length - 1
    const code = lines
      .map((line, index) => line.slice(index === 0 ? start.column : 0, index === last ? end.column : undefined).trim())
      .join(" ")
    if (mutatorName === "StringLiteral" && isForPeople(code)) return []
    return { id, file: fileName, line: start.line + 1, code, replacement: replacement.replaceAll(/\s+/g, " ") }
  })
}
