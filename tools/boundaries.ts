// Which package may import what. Every problem found is one line; any problem fails the run.
//
// The nx tags in each package.json say where a package stands:
//   layer:core               imports no other package of this repository
//   layer:page               the same, and what is installed with it: a page without Effect has nothing else of le-auth
//   layer:adapter            imports core and page, never another adapter
//   layer:testing            imports core and sentinel: what people test their applications and adapters with
//   layer:bundle             imports packages, which are built into it
//   layer:app                imports packages, never another app
//   platform:any | browser   imports no Node modules
//   platform:node            imports anything
// Modules for a desktop (desktop.ts) are imported by one another only. Which modules a package may import of another is
// in boundaries/PublicModules.ts, and which rooms of its own in boundaries/Rooms.ts. What a package imports must be
// declared in its own package.json, and its TypeScript references must say the same. Tests may reach across layers, as
// far as their package.json declares it; they also use `tools`, and what the tests of a declared package are made of.
import fs from "node:fs"
import { isBuiltin } from "node:module"
import path from "node:path"
import { fileURLToPath } from "node:url"

import { checkPublicModules } from "./boundaries/PublicModules.ts"
import { checkRooms } from "./boundaries/Rooms.ts"
import { sourcesOf } from "./boundaries/Sources.ts"
import { desktop } from "./desktop.ts"

/** The layers, or single packages by their folders, that a layer may import. */
const layers: Record<string, string[]> = {
  core: [],
  page: [],
  adapter: ["core", "page"],
  testing: ["core", "sentinel"],
  bundle: ["core", "adapter", "testing"],
  app: ["core", "page", "adapter", "testing"]
}

/** The layers whose dependencies are built into what is published. */
const bundled = new Set(["bundle", "app"])

const platforms: Record<string, string[]> = { any: ["any"], browser: ["any", "browser"], node: ["any", "node"] }

interface Project {
  readonly name: string
  readonly dir: string
  readonly layer: string
  readonly platform: string
  /** What src may import; what is bundled may be devDependencies. */
  readonly source: Record<string, string>
  /** What test may import. */
  readonly tests: Record<string, string>
}

/** All problems of the workspace at `root`, as "file: what is wrong". */
export function check(root: string) {
  const projects = readProjects(root)
  return [...projects.values()]
    .flatMap((project) => [
      ...checkTags(project),
      ...checkReferences(project, projects, root),
      ...checkSource(project, projects),
      ...checkTests(project, projects, root),
      ...checkRooms(project)
    ])
    .concat(checkPublicModules(root))
    .map((problem) => problem.replaceAll(`${root}/`, ""))
}

function readProjects(root: string) {
  const { devDependencies: shared } = readJson(path.join(root, "package.json"))
  const projects = new Map<string, Project>()
  for (const file of fs.globSync("{packages,apps}/*/package.json", { cwd: root }).toSorted()) {
    const { name, nx, dependencies, peerDependencies, devDependencies } = readJson(path.join(root, file))
    const tag = (kind: string) =>
      nx?.tags?.find((t: string) => t.startsWith(`${kind}:`))?.slice(kind.length + 1) ?? "none"
    const layer = tag("layer")
    const shipped = { ...dependencies, ...peerDependencies }
    const declared = { ...shipped, ...devDependencies }
    projects.set(name, {
      name,
      dir: path.join(root, path.dirname(file)),
      layer,
      platform: tag("platform"),
      source: bundled.has(layer) ? declared : shipped,
      tests: { ...shared, ...declared }
    })
  }
  return projects
}

function checkTags({ dir, layer, platform }: Project) {
  const problem = (kind: string, known: object) =>
    `${dir}/package.json: nx needs one of the tags ${kind}:${Object.keys(known).join("|")}`
  return [
    ...(layer in layers ? [] : [problem("layer", layers)]),
    ...(platform in platforms ? [] : [problem("platform", platforms)])
  ]
}

/**
 * TypeScript builds in the order of its references, so they name the same packages as package.json. Tests may also
 * refer to `tools`; where that lacks, the compiler says so.
 */
function checkReferences({ dir, source, tests }: Project, projects: Map<string, Project>, root: string) {
  const siblings = (declared: object) => Object.keys(declared).flatMap((name) => projects.get(name)?.dir ?? [])
  const compare = (file: string, needed: string[]) => {
    const { references = [] } = readJson(file)
    const present = references.map((reference: { path: string }) =>
      path.resolve(dir, reference.path).replace(/\/tsconfig\.(?:src|test)\.json$/, "")
    )
    return [
      ...needed
        .filter((target) => !present.includes(target))
        .map((target) => `${file}: lacks a reference to ${target}`),
      ...present
        .filter((target: string) => target !== path.join(root, "tools") && !needed.includes(target))
        .map((target: string) => `${file}: refers to ${target}, which package.json does not declare`)
    ]
  }
  return [
    ...compare(`${dir}/tsconfig.src.json`, siblings(source)),
    ...compare(`${dir}/tsconfig.test.json`, [dir, ...siblings(tests)])
  ]
}

function checkSource(project: Project, projects: Map<string, Project>) {
  const { layer, platform, dir } = project
  return importsOf(`${dir}/src`).flatMap(({ file, specifier }) => {
    const target = projects.get(packageOf(specifier))
    const reason =
      leaves(file, specifier, `${dir}/src`) ??
      unseen(project, specifier) ??
      undeclared(project, specifier, project.source) ??
      (isBarrel(specifier) ? "it is a barrel, import the module" : undefined) ??
      (isNode(specifier) && platform !== "node" ? `platform:${platform} has no Node` : undefined) ??
      reachesDesktop(project, file, specifier)
    if (reason !== undefined) return [`${file}: ${specifier}: ${reason}`]
    if (target === undefined || target === project) return []
    const mayImport = [target.layer, path.basename(target.dir)].some((name) => layers[layer]?.includes(name))
    return [
      ...(mayImport ? [] : [`layer:${layer} may not import layer:${target.layer}`]),
      ...(platforms[platform]?.includes(target.platform)
        ? []
        : [`platform:${platform} may not import platform:${target.platform}`])
    ].map((broken) => `${file}: ${specifier}: ${broken}`)
  })
}

function reachesDesktop({ dir }: Project, file: string, specifier: string) {
  const modules = Object.entries(desktop).find(([name]) => name === path.basename(dir))?.[1]
  const name = path.relative(`${dir}/src`, file).replace(/\.ts$/, "")
  // The barrel names all of them, and no other module imports it.
  if (modules === undefined || name === "index" || modules.includes(name)) return undefined
  if (/^(node:)?child_process$/.test(specifier)) return "only modules for a desktop start processes"
  return specifier.startsWith(".") && modules.includes(path.basename(specifier, ".ts"))
    ? "it is for a desktop, and a server may import this module"
    : undefined
}

function checkTests(project: Project, projects: Map<string, Project>, root: string) {
  const shared = Object.keys(project.tests).flatMap((name) => projects.get(name)?.dir.concat("/test") ?? [])
  const folders = [project.dir, path.join(root, "tools"), ...shared]
  return importsOf(`${project.dir}/test`).flatMap(({ file, specifier }) => {
    const left = folders.map((folder) => leaves(file, specifier, folder))
    const reason = left.every((it) => it !== undefined) ? left[0] : undeclared(project, specifier, project.tests)
    return reason === undefined ? [] : [`${file}: ${specifier}: ${reason}`]
  })
}

function leaves(file: string, specifier: string, folder: string) {
  const inside = path.resolve(path.dirname(file), specifier).startsWith(`${folder}/`)
  return specifier.startsWith(".") && !inside ? `it leaves ${path.basename(folder)}` : undefined
}

/**
 * Other spellings of an import of a file of the same package, but for a file as a text. The checks of rooms would not
 * see them.
 */
function unseen({ name }: Project, specifier: string) {
  if (packageOf(specifier) === name) return "it is this package, import the file"
  return /^\.(?!.*(?:\.tsx?|\?raw)$)/.test(specifier) ? "name the file as it is, with .ts" : undefined
}

function undeclared({ name }: Project, specifier: string, declared: object) {
  const target = packageOf(specifier)
  const known = specifier.startsWith(".") || isBuiltin(specifier) || target === name || target in declared
  return known ? undefined : "package.json does not declare it"
}

/**
 * In effect, modules are capitalised (effect/http/HttpRouter) and barrels are not (effect, effect/http). @effect/vitest
 * is one module.
 */
function isBarrel(specifier: string) {
  return /^effect(\/[a-z-]+)*$|^@effect\/(?!vitest$)[a-z-]+$/.test(specifier)
}

function isNode(specifier: string) {
  return isBuiltin(specifier) || specifier.startsWith("@effect/platform-node")
}

function packageOf(specifier: string) {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/")
}

/** Every module that the files of a folder name. */
const importsOf = (folder: string) =>
  sourcesOf(folder).flatMap(({ imports, name }) =>
    imports.map(({ specifier }) => ({ file: path.join(folder, name), specifier }))
  )

function readJson(file: string) {
  return JSON.parse(fs.readFileSync(file, "utf8"))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problems = check(path.resolve(import.meta.dirname, ".."))
  for (const problem of problems) console.error(problem)
  process.exitCode = problems.length === 0 ? 0 : 1
}
