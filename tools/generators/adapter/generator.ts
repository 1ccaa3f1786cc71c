// npx nx g @le-auth/tools:adapter NAME: a package with the four stores of an application on another engine. It works
// from the beginning, in memory; the calls of the engine go into one file of it. What all packages have alike comes
// from a neighbour.
import { spawnSync } from "node:child_process"
import fs from "node:fs"
import path from "node:path"

import { generateFiles } from "nx/src/generators/utils/generate-files.js"
import * as oxfmt from "oxfmt"
import type { Tree } from "nx/src/generators/tree.js"

const neighbour = "packages/web/package.json"
const files = path.join(import.meta.dirname, "files")

/** Gives what is left to do when the files are written. */
export default async function adapter(tree: Tree, { name }: { name: string }) {
  const title = name.replaceAll(/(?:^|-)(.)/g, (_, letter) => letter.toUpperCase())
  refuseUnusable(tree, name, title)
  generateFiles(tree, files, ".", { name, title, dot: "." })
  tree.write(`packages/${name}/LICENSE`, textOf(tree, "LICENSE"))
  tree.write(`packages/${name}/package.json`, JSON.stringify(manifest(tree, name, title), null, 2))
  await format(tree, `packages/${name}/`)

  // Each goes behind the last one of its kind.
  const reference = `{\n      "path": "packages/${name}"\n    },\n    `
  insert(tree, "tsconfig.json", /(?:\{\s*"path": "packages\/[^}]*\},\s*)+/, reference)
  const row = `| [\`@le-auth/${name}\`](packages/${name}) | the stores on ${title} |\n`
  insert(tree, "README.md", /(?:\| \[`@le-auth\/[\w-]+`\]\(packages\/.*\n)+/, row)
  const link = `[docs/${name}.md](docs/${name}.md) how they are on ${title},\n`
  insert(tree, "README.md", /\[docs\/custom-adapter\.md\].*\n/, link)
  const place = [`\`packages/${name}\``.padEnd(19), `the stores on ${title}`.padEnd(70), "core".padEnd(24)]
  insert(tree, "CONTRIBUTING.md", /(?:\| `packages\/.*\n)+/, `| ${place.join(" | ")} |\n`)

  return () => install(tree.root)
}

function refuseUnusable(tree: Tree, name: string, title: string) {
  if (!/^[a-z][a-z\d]*(?:-[a-z\d]+)*$/.test(name)) {
    throw new Error(
      `"${name}" is not a name for a package here: take small letters, digits and single hyphens, such as my-engine.`
    )
  }
  for (const file of [`packages/${name}`, `apps/${name}`, name, `docs/${name}.md`]) {
    if (tree.exists(file)) throw new Error(`${file} exists already, so nothing was written. Choose another name.`)
  }
  if (title === "Index" || wordsOfTemplates().has(title)) {
    throw new Error(`"${name}" is not a name here: ${title} means something else in its files. Try ${name}-engine.`)
  }
}

/** The service would hide what the same word means to them: `Map`, `Effect`, `Session`. */
const wordsOfTemplates = () =>
  new Set(
    fs
      .globSync("packages/**/*.ts.template", { cwd: files })
      .flatMap((file) => fs.readFileSync(path.join(files, file), "utf8").match(/\w+/g) ?? [])
  )

function manifest(tree: Tree, name: string, title: string) {
  const common = JSON.parse(textOf(tree, neighbour))
  const { integration: _, ...targets } = common.nx.targets
  return {
    ...common,
    name: `@le-auth/${name}`,
    description: `The stores of le-auth on ${title}`,
    dependencies: { "@le-auth/core": common.version },
    devDependencies: { "@le-auth/testing": common.version },
    peerDependencies: { effect: common.peerDependencies.effect },
    nx: { tags: ["layer:adapter", "platform:node"], targets }
  }
}

function textOf(tree: Tree, file: string) {
  const text = tree.read(file, "utf8")
  if (text === null) throw new Error(`${file} is missing, and the generator needs it.`)
  return text
}

/** Lines break elsewhere with a longer name. */
async function format(tree: Tree, folder: string) {
  const { $schema: _, ignorePatterns: __, ...options } = JSON.parse(textOf(tree, ".oxfmtrc.json"))
  for (const { path: file } of tree.listChanges()) {
    if (!file.startsWith(folder) || !/\.(?:ts|json)$/.test(file)) continue
    const { code, errors } = await oxfmt.format(file, textOf(tree, file), options)
    if (errors.length > 0) throw new Error(`${file} cannot be formatted: ${errors[0]?.message}`)
    tree.write(file, code)
  }
}

function insert(tree: Tree, file: string, after: RegExp, what: string) {
  const before = textOf(tree, file)
  const changed = before.replace(after, (match) => match + what)
  if (changed === before)
    throw new Error(`${file} has no place for this: ${what.trim()}. Nothing in it is like ${after}.`)
  tree.write(file, changed)
}

/** npm adds the package to package-lock.json and links it into node_modules. */
function install(root: string) {
  const { status, error } = spawnSync("npm", ["install"], { cwd: root, stdio: "inherit" })
  if (status !== 0) throw new Error("The files are written, but npm install failed: run it again.", { cause: error })
}
