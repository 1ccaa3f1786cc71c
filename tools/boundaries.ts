// Which package may import what. Every problem found is one line; any problem fails the run.
//
// The nx tags in each package.json say where a package stands:
//   layer:core               imports no other package of this repository
//   layer:adapter            imports core, never another adapter
//   layer:testing            imports core and sentinel: what people test their applications and adapters with
//   layer:app                imports packages, never another app
//   platform:any | browser   imports no Node modules
//   platform:node            imports anything
// Modules for a desktop, see below, are imported by one another only.
// Which modules a package may import of another is in boundaries/PublicModules.ts, and which rooms of its own in boundaries/Rooms.ts.
// What a package imports must be declared in its own package.json, and its TypeScript references must say the same.
// Tests may reach across layers, as far as their package.json declares it; they also use `tools`, and what the tests of a
// declared package are made of.
import fs from "node:fs"
import { isBuiltin } from "node:module"
import path from "node:path"
import { fileURLToPath } from "node:url"

import { parseSync } from "rolldown/utils"

import { checkPublicModules } from "./boundaries/PublicModules.ts"
import { checkRooms } from "./boundaries/Rooms.ts"

/**
 * The layers, or single packages by their folders, that a layer may import.
 * @type {Record<string, string[]>}
 */
const layers = { core: [], adapter: ["core"], testing: ["core", "sentinel"], app: ["core", "adapter", "testing"] }

/** @type {Record<string, string[]>} */
const platforms = { any: ["any"], browser: ["any", "browser"], node: ["any", "node"] }

/**
 * The modules of a package that are for a person at their own computer: keychain, browser, files of a user. Only they import one
 * another, and only they start processes, so that a server's imports reach none of it.
 * @type {Record<string, string[]>}
 */
export const desktop = {
  node: ["Keychain", "LoopbackReceiver", "NodeSignIn", "SessionFile", "SystemBrowser", "UserSealKey"]
}

/**
 * @typedef {object} Project
 * @property {string} name
 * @property {string} dir
 * @property {string} layer
 * @property {string} platform
 * @property {Record<string, string>} source  what src may import; apps are bundled, so theirs may be devDependencies
 * @property {Record<string, string>} tests  what test may import
 */

/**
 * All problems of the workspace at `root`, as "file: what is wrong".
 * @param {string} root
 */
export function check(root) {
  const projects = readProjects(root)
  return [...projects.values()]
    .flatMap((project) => [
      ...checkTags(project),
      ...checkReferences(project, projects),
      ...checkSource(project, projects),
      ...checkTests(project, projects, root),
      ...checkRooms(project)
    ])
    .concat(checkPublicModules(root))
    .map((problem) => problem.replaceAll(`${root}/`, ""))
}

/** @param {string} root */
function readProjects(root) {
  const { devDependencies: shared } = readJson(path.join(root, "package.json"))
  /** @type {Map<string, Project>} */
  const projects = new Map()
  for (const file of fs.globSync("{packages,apps}/*/package.json", { cwd: root }).toSorted()) {
    const { name, nx, dependencies, peerDependencies, devDependencies } = readJson(path.join(root, file))
    const tag = (/** @type {string} */ kind) =>
      nx?.tags?.find((/** @type {string} */ t) => t.startsWith(`${kind}:`))?.slice(kind.length + 1) ?? "none"
    const layer = tag("layer")
    const shipped = { ...dependencies, ...peerDependencies }
    const declared = { ...shipped, ...devDependencies }
    projects.set(name, {
      name,
      dir: path.join(root, path.dirname(file)),
      layer,
      platform: tag("platform"),
      source: layer === "app" ? declared : shipped,
      tests: { ...shared, ...declared }
    })
  }
  return projects
}

/** @param {Project} project */
function checkTags({ dir, layer, platform }) {
  const problem = (/** @type {string} */ kind, /** @type {object} */ known) =>
    `${dir}/package.json: nx needs one of the tags ${kind}:${Object.keys(known).join("|")}`
  return [
    ...(layer in layers ? [] : [problem("layer", layers)]),
    ...(platform in platforms ? [] : [problem("platform", platforms)])
  ]
}

/**
 * TypeScript builds in the order of its references, so they name the same packages as package.json.
 * @param {Project} project
 * @param {Map<string, Project>} projects
 */
function checkReferences({ dir, source, tests }, projects) {
  const siblings = (/** @type {object} */ declared) =>
    Object.keys(declared).flatMap((name) => projects.get(name)?.dir ?? [])
  const compare = (/** @type {string} */ file, /** @type {string[]} */ needed) => {
    const { references = [] } = readJson(file)
    const present = references.map((/** @type {{ path: string }} */ reference) =>
      path.resolve(dir, reference.path).replace(/\/tsconfig\.(?:src|test)\.json$/, "")
    )
    return [
      ...needed
        .filter((target) => !present.includes(target))
        .map((target) => `${file}: lacks a reference to ${target}`),
      ...present
        .filter((/** @type {string} */ target) => !needed.includes(target))
        .map((/** @type {string} */ target) => `${file}: refers to ${target}, which package.json does not declare`)
    ]
  }
  return [
    ...compare(`${dir}/tsconfig.src.json`, siblings(source)),
    ...compare(`${dir}/tsconfig.test.json`, [dir, ...siblings(tests)])
  ]
}

/**
 * @param {Project} project
 * @param {Map<string, Project>} projects
 */
function checkSource(project, projects) {
  const { layer, platform, dir } = project
  return importsOf(`${dir}/src`).flatMap(({ file, specifier }) => {
    const target = projects.get(packageOf(specifier))
    const reason =
      leaves(file, specifier, `${dir}/src`) ??
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

/**
 * @param {Project} project
 * @param {string} file
 * @param {string} specifier
 */
function reachesDesktop({ dir }, file, specifier) {
  const modules = desktop[path.basename(dir)]
  const name = path.relative(`${dir}/src`, file).replace(/\.ts$/, "")
  // The barrel names all of them, and nobody else imports it.
  if (modules === undefined || name === "index" || modules.includes(name)) return undefined
  if (/^(node:)?child_process$/.test(specifier)) return "only modules for a desktop start processes"
  return specifier.startsWith(".") && modules.includes(path.basename(specifier, ".ts"))
    ? "it is for a desktop, and a server may import this module"
    : undefined
}

/**
 * @param {Project} project
 * @param {Map<string, Project>} projects
 * @param {string} root
 */
function checkTests(project, projects, root) {
  const shared = Object.keys(project.tests).flatMap((name) => projects.get(name)?.dir.concat("/test") ?? [])
  const folders = [project.dir, path.join(root, "tools"), ...shared]
  return importsOf(`${project.dir}/test`).flatMap(({ file, specifier }) => {
    const left = folders.map((folder) => leaves(file, specifier, folder))
    const reason = left.every((it) => it !== undefined) ? left[0] : undeclared(project, specifier, project.tests)
    return reason === undefined ? [] : [`${file}: ${specifier}: ${reason}`]
  })
}

/**
 * @param {string} file
 * @param {string} specifier
 * @param {string} folder
 */
function leaves(file, specifier, folder) {
  const inside = path.resolve(path.dirname(file), specifier).startsWith(`${folder}/`)
  return specifier.startsWith(".") && !inside ? `it leaves ${path.basename(folder)}` : undefined
}

/**
 * @param {Project} project
 * @param {string} specifier
 * @param {object} declared
 */
function undeclared({ name }, specifier, declared) {
  const target = packageOf(specifier)
  const known = specifier.startsWith(".") || isBuiltin(specifier) || target === name || target in declared
  return known ? undefined : "package.json does not declare it"
}

/**
 * In effect, modules are capitalised (effect/http/HttpRouter) and barrels are not (effect, effect/http). @effect/vitest is one
 * module.
 * @param {string} specifier
 */
function isBarrel(specifier) {
  return /^effect(\/[a-z-]+)*$|^@effect\/(?!vitest$)[a-z-]+$/.test(specifier)
}

/** @param {string} specifier */
function isNode(specifier) {
  return isBuiltin(specifier) || specifier.startsWith("@effect/platform-node")
}

/** @param {string} specifier */
function packageOf(specifier) {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/")
}

/**
 * Every module that the files of a folder name: import, export from, import(), import types. Comments do not count.
 * @param {string} folder
 */
function importsOf(folder) {
  return fs.globSync("**/*.{ts,tsx,mts,js,mjs}", { cwd: folder }).flatMap((name) => {
    const file = path.join(folder, name)
    const { program, errors } = parseSync(file, fs.readFileSync(file, "utf8"))
    if (errors[0] !== undefined) throw new Error(`${file}: ${errors[0].message}`)
    /** @type {Array<{ file: string, specifier: string }>} */
    const found = []
    /** @param {any} node */
    const visit = (node) => {
      if (node === null || typeof node !== "object") return
      if (typeof node.source?.value === "string") found.push({ file, specifier: node.source.value })
      for (const child of Object.values(node)) visit(child)
    }
    visit(program)
    return found
  })
}

/** @param {string} file */
function readJson(file) {
  return JSON.parse(fs.readFileSync(file, "utf8"))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problems = check(path.resolve(import.meta.dirname, ".."))
  for (const problem of problems) console.error(problem)
  process.exitCode = problems.length === 0 ? 0 : 1
}
