// A room is a folder of one subject: of `src/internal`, the shared parts of core, the folders of the command. A reader
// of one need not know those above it. So there is no circle of folders, no circle of files through several of them, at
// run time or by types, and in Sentinel a room imports rooms of lower floors only. Each begins with a README that says
// what it does and what it may know.
//
// The root of `src` stands apart: its ports are imported by all rooms, its entries import all rooms. A circle by type
// is allowed in one room, and between one room and the root: a port with its own `layerMemory`.
import fs from "node:fs"
import path from "node:path"

import { circlesOf } from "./Circles.ts"
import { type Source, sourcesOf } from "./Sources.ts"

/** The floors of the rooms in `src/internal`, by the package's folder. */
export const floors: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  sentinel: {
    http: 0,
    input: 0,
    session: 0,
    throttle: 0,
    directory: 1,
    documents: 1,
    keys: 1,
    operations: 1,
    page: 1,
    store: 1,
    request: 2,
    start: 2,
    sql: 2,
    token: 3,
    authorize: 4,
    control: 4,
    resources: 4,
    contract: 5,
    inspector: 5,
    login: 5
  }
}

/** The most lines of a room's README. */
const mostLines = 4

/** The rooms of a package or app, by their paths in it. */
export const roomsOf = (dir: string): Array<string> =>
  fs
    .globSync(path.basename(dir) === "cli" ? "src/*/" : "src/{internal/*,shared}/", { cwd: dir })
    .map((room) => room.replaceAll(path.sep, "/").replace(/\/$/, ""))
    .toSorted()

/** An import of a file of the same `src`. */
interface Edge {
  readonly from: string
  readonly to: string
  readonly specifier: string
  /** Whether the other file is loaded with this one. */
  readonly isLoaded: boolean
}

/** What is wrong with the rooms of a package or app, as "file: specifier: what is wrong". */
export function checkRooms({ dir }: { readonly dir: string }): Array<string> {
  const sources = sourcesOf(`${dir}/src`)
  const edges = edgesOf(sources)
  const names = sources.map(({ name }) => name)
  return [...checkFloors(dir, names, edges), ...checkCircles(names, edges), ...checkFolders(edges)]
    .map((problem) => `${dir}/src/${problem}`)
    .concat(checkReadmes(dir))
}

function edgesOf(sources: ReadonlyArray<Source>): Array<Edge> {
  const names = new Set(sources.map(({ name }) => name))
  return sources.flatMap(({ imports, name }) =>
    imports.flatMap(({ isLoaded, specifier }) => {
      const to = path.posix.join(path.posix.dirname(name), specifier)
      return specifier.startsWith(".") && names.has(to) ? [{ from: name, to, specifier, isLoaded }] : []
    })
  )
}

/** The room of a file of a package with floors; `undefined` in the root. */
const roomOf = (file: string): string | undefined => {
  const [first, room = ""] = folderOf(file).split("/")
  return first === "." ? undefined : first === "internal" ? room : first
}

function checkFloors(dir: string, names: ReadonlyArray<string>, edges: ReadonlyArray<Edge>): Array<string> {
  const table = floors[path.basename(dir)]
  if (table === undefined) return []
  const homeless = names.filter((name) => {
    const room = roomOf(name)
    return room !== undefined && table[room] === undefined
  })
  return [
    ...homeless.map((name) => `${name}: ${roomOf(name) || "it"} has no floor, see tools/boundaries/Rooms.ts`),
    ...edges.flatMap(({ from, specifier, to }) => {
      const [room, other] = [roomOf(from), roomOf(to)]
      const [floor, upper] = [table[room ?? ""], table[other ?? ""]]
      if (room === other || floor === undefined || upper === undefined || upper < floor) return []
      return [`${from}: ${specifier}: ${room} is on floor ${floor} and may not import ${other} on floor ${upper}`]
    })
  ]
}

function checkCircles(names: ReadonlyArray<string>, edges: ReadonlyArray<Edge>): Array<string> {
  const among = (edges: ReadonlyArray<Edge>) =>
    circlesOf(
      names,
      edges.map(({ from, to }) => [from, to])
    )
  const rooms = (circle: ReadonlyArray<string>) => new Set(circle.map(folderOf).filter((folder) => folder !== "."))
  const loaded = among(edges.filter(({ isLoaded }) => isLoaded))
  const known = new Set(loaded.map(String))
  const wide = among(edges).filter((circle) => rooms(circle).size > 1 && !known.has(String(circle)))
  return [
    ...loaded.map((circle) => told(circle, "load one another in a circle")),
    ...wide.map((circle) => told(circle, "import one another in a circle across rooms"))
  ]
}

const folderOf = (name: string): string => path.posix.dirname(name)

const told = ([first, ...others]: ReadonlyArray<string>, what: string): string =>
  `${first}: it and ${others.join(", ")} ${what}`

/** Circles of folders, with an import for each step from one to the next. */
function checkFolders(edges: ReadonlyArray<Edge>): Array<string> {
  const steps = new Map<string, Edge>()
  for (const edge of edges) {
    const [from, to] = [folderOf(edge.from), folderOf(edge.to)]
    if (from !== to && from !== "." && to !== ".") steps.set(`${from} ${to}`, edge)
  }
  const inner = [...steps.values()]
  const circles = circlesOf(
    [...new Set(inner.map(({ from }) => folderOf(from)))].toSorted(),
    inner.map(({ from, to }) => [folderOf(from), folderOf(to)])
  )
  return circles.map((circle) => {
    const own = inner.filter(({ from, to }) => circle.includes(folderOf(from)) && circle.includes(folderOf(to)))
    const imports = own.map(({ from, to }) => `${from} imports ${to}`).toSorted()
    return `${circle[0]}: a circle of folders: ${imports.join(", ")}`
  })
}

function checkReadmes(dir: string): Array<string> {
  return roomsOf(dir).flatMap((room) => {
    const file = `${dir}/${room}/README.md`
    if (!fs.existsSync(file)) return [`${file}: a room has one, which says what it does and what it may know`]
    const lines = fs.readFileSync(file, "utf8").trimEnd().split("\n").length
    return lines > mostLines ? [`${file}: it has ${lines} lines, ${mostLines} are enough`] : []
  })
}
