// What the runs have measured: the newest figures of each work, with the machine and the versions of what ran.
import fs from "node:fs"
import os from "node:os"

import type { Part, Result } from "./budgets.ts"
import { isShort, table } from "./Options.ts"

const file = new URL("results.json", import.meta.url)

export interface Recorded {
  readonly machine: string
  /** Of rounds that only show that everything works. */
  readonly isShort?: boolean
  /** By name. */
  readonly versions: Record<string, string>
  /** By the id of the work. */
  readonly works: Record<string, Result>
}
export type Records = Partial<Record<Part, Recorded>>

export const read = (): Records => (fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : {})

const machine = () => {
  const processors = os.cpus()
  const memory = Math.round(os.totalmem() / 2 ** 30)
  return `${processors.length} cores (${processors[0]?.model.trim()}), ${memory} GiB, ${os.type()} ${os.release().split("-")[0]}`
}

const versionOf = (name: string) =>
  JSON.parse(fs.readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url), "utf8")).version as string

/** Merges what was measured into what was recorded; a run of one table leaves the others as they are. */
export const write = (part: Part, works: Record<string, Result>, packages: readonly string[], more = {}) => {
  const all = read()
  const versions = { Node: process.versions.node, ...more }
  for (const name of packages) Object.assign(versions, { [name]: versionOf(name) })
  const merged = rounded({ ...all[part]?.works, ...works })
  // One table of short rounds spoils the part, until all of it is measured again.
  const isSpoilt = isShort || (table !== "" && all[part]?.isShort === true)
  const recorded: Recorded = { machine: machine(), ...(isSpoilt ? { isShort: true } : {}), versions, works: merged }
  fs.writeFileSync(file, `${JSON.stringify({ ...all, [part]: recorded }, undefined, 2)}\n`)
}

/** Four digits, which is more than a run tells. */
const rounded = (works: Record<string, Result>) =>
  JSON.parse(
    JSON.stringify(works, (_, value) => (typeof value === "number" ? Number(value.toPrecision(4)) : value))
  ) as Record<string, Result>
