// The engines of the matrix: where npm puts them, how each runs a program, and which version it says that it is.
import { spawnSync } from "node:child_process"
import fs from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../..", import.meta.url))

/** Everything that a run makes, and keeps for the next one. */
export const folder = path.join(root, "build", "runtimes")

export interface Engine {
  readonly name: string
  /** Below node_modules. */
  readonly program: string
  /** What comes before the file of a program; undefined where it has no files to run. */
  readonly run: ReadonlyArray<string> | undefined
}

export const engines: ReadonlyArray<Engine> = [
  { name: "Node 22", program: "node-22/bin/node", run: [] },
  { name: "Node 24", program: "node-24/bin/node", run: [] },
  { name: "Node 26", program: "node-26/bin/node", run: [] },
  { name: "Bun", program: ".bin/bun", run: ["run"] },
  { name: "Deno", program: ".bin/deno", run: ["run", "--allow-all", "--node-modules-dir=manual"] },
  { name: "workerd", program: ".bin/workerd", run: undefined }
]

export const programOf = ({ program }: Engine, at: string = folder) => path.join(at, "node_modules", program)

/**
 * Installs what `tools/runtimes/engines/package.json` names, as npm is configured; nothing where that is there already.
 * What could not be installed is missed by name later.
 */
export function install() {
  const wanted = fs.readFileSync(path.join(root, "tools", "runtimes", "engines", "package.json"), "utf8")
  const mine = path.join(folder, "package.json")
  const isCurrent = fs.existsSync(mine) && fs.readFileSync(mine, "utf8") === wanted
  if (isCurrent && engines.every((engine) => fs.existsSync(programOf(engine)))) return
  fs.mkdirSync(folder, { recursive: true })
  fs.writeFileSync(mine, wanted)
  console.log("Installing the engines: about a minute")
  const { status, stderr } = spawnSync("npm", ["install", "--no-audit", "--no-fund", "--no-package-lock"], {
    cwd: folder,
    encoding: "utf8",
    shell: process.platform === "win32"
  })
  if (status === 0) return
  console.error(stderr)
  fs.rmSync(mine)
}

/** What an engine says of its version, to the minor one: a patch changes nothing that a table tells. */
export const minorIn = (words: string) => /\d{4}-\d\d-\d\d|\d+\.\d+/.exec(words)?.[0]

/** The version of an engine; throws where there is none. */
export function versionOf(engine: Engine, at?: string) {
  const { stdout } = spawnSync(programOf(engine, at), ["--version"], { encoding: "utf8", timeout: 60_000 })
  const version = minorIn(stdout ?? "")
  if (version === undefined) throw new Error(`${engine.name} is not installed. See what npm says above.`)
  return version
}
