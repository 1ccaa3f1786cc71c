// The licences of what a bundle is made of, which are given along with it.
import fs from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))

interface Bundled {
  readonly name: string
  readonly version: string
  /** As its package.json says, such as MIT. */
  readonly license: string
  readonly text: string
}

/** The copyright of packages with the MIT licence that come without its text. */
const holders: Readonly<Record<string, string>> = { "@redis/client": "2022-2025, Redis, inc." }

/** The packages from npm that modules are of, by name; what the bundler adds is of the bundler. */
export function bundledPackages(modules: Iterable<string>): ReadonlyArray<Bundled> {
  const folders = [...modules].flatMap((id) => {
    if (id.startsWith("\0rolldown/")) return [path.join(root, "node_modules", "rolldown")]
    return id.startsWith("\0") ? [] : (/^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(id)?.[0] ?? [])
  })
  return [...new Set(folders)]
    .map((folder) => {
      const { license, name, version } = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"))
      return { name, version, license, text: textOf(folder, name, license) }
    })
    .toSorted((a, b) => `${a.name} ${a.version}`.localeCompare(`${b.name} ${b.version}`))
}

function textOf(folder: string, name: string, license: string): string {
  const file = fs.readdirSync(folder).find((each) => /^(?:licen[cs]e|copying)(?:\.(?:md|txt))?$/i.test(each))
  if (file !== undefined) return fs.readFileSync(path.join(folder, file), "utf8").trim()
  const holder = holders[name]
  if (license !== "MIT" || holder === undefined) {
    throw new Error(`${name} comes without the text of its licence. Look for it, and add it to tools/licenses.ts.`)
  }
  const ours = fs.readFileSync(path.join(root, "LICENSE"), "utf8").trim()
  return ours.replace(/^Copyright \(c\) .*$/m, `Copyright (c) ${holder}`)
}

/** The text of a file with all of them. */
export const licensesOf = (modules: Iterable<string>): string => {
  const all = bundledPackages(modules).map(
    ({ license, name, text, version }) => `${name} ${version} (${license})\n\n${text}\n`
  )
  return ["This package has parts of the following ones in it, with their licences.\n", ...all].join(
    `\n${"-".repeat(80)}\n\n`
  )
}
