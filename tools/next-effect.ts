// Whether this repository works with the next version of Effect: in a copy of what is committed, types and the tests
// that need nothing but Node. Prints a line for a table. The clone stays as it is.
import { execFileSync, spawnSync } from "node:child_process"
import fs from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const copy = fs.mkdtempSync(path.join(tmpdir(), "le-auth-next-effect-"))

const read = (program: string, ...args: string[]) => execFileSync(program, args, { cwd: copy, encoding: "utf8" })
const works = (program: string, ...args: string[]) =>
  spawnSync(program, args, { cwd: copy, stdio: "inherit" }).status === 0

/** The newest version that a tag of npm names, so that an old tag means nothing. */
function next(name: string) {
  const { "dist-tags": tags, time } = JSON.parse(read("npm", "view", name, "dist-tags", "time", "--json"))
  const [newest] = ["next", "beta", "rc", "latest"]
    .filter((tag) => tag in tags)
    .toSorted((a, b) => Date.parse(time[tags[b]]) - Date.parse(time[tags[a]]))
  return { tag: newest, version: tags[newest ?? "latest"] }
}

/** Effect and the packages that are released with it; not its compiler. */
const isEffect = (name: string) => name === "effect" || (name.startsWith("@effect/") && name !== "@effect/tsgo")

/** What came of the tests, as tools/run-tests.ts left it. */
function tests() {
  let passed = 0
  let failed = 0
  for (const folder of ["packages", "apps"].flatMap((name) =>
    fs.readdirSync(path.join(copy, name)).map((each) => path.join(copy, name, each))
  )) {
    const file = path.join(folder, "build", "test.json")
    if (!fs.existsSync(file)) continue
    const results = JSON.parse(fs.readFileSync(file, "utf8"))
    passed += results.numPassedTests
    failed += results.numFailedTests
  }
  return `${passed} passed, ${failed} failed`
}

try {
  read("git", "clone", "--quiet", root, ".")
  const versions = new Map<string, ReturnType<typeof next>>()
  for (const file of read("git", "ls-files", "package.json", "packages/*/package.json", "apps/*/package.json")
    .trim()
    .split("\n")) {
    const manifest = JSON.parse(fs.readFileSync(path.join(copy, file), "utf8"))
    for (const kind of ["dependencies", "devDependencies", "peerDependencies"]) {
      for (const name of Object.keys(manifest[kind] ?? {}).filter(isEffect)) {
        if (!versions.has(name)) versions.set(name, next(name))
        manifest[kind][name] = versions.get(name)?.version
      }
    }
    fs.writeFileSync(path.join(copy, file), `${JSON.stringify(manifest, null, 2)}\n`)
  }
  const installed = works("npm", "install", "--package-lock-only")
  const checked = installed && works("npm", "run", "check")
  const tested = installed && works("npx", "nx", "run-many", "-t", "test", "--exclude", "@le-auth/tools")
  const verdict = (good: boolean) => (good ? "ok" : "FAILED")
  const { tag, version } = versions.get("effect") ?? next("effect")
  const others = [...versions].filter(([name]) => name !== "effect").map(([name, each]) => `${name} ${each.version}`)
  const line = `| effect ${version} (${tag}) | ${others.join(", ")} | install ${verdict(installed)} | check ${verdict(checked)} | test ${verdict(tested)}: ${tests()} |`
  console.log(line)
  const summary = process.env["GITHUB_STEP_SUMMARY"]
  const head = "| effect | with | install | check | test |\n| --- | --- | --- | --- | --- |\n"
  if (summary) fs.appendFileSync(summary, `${head}${line}\n`)
  process.exitCode = installed && checked && tested ? 0 : 1
} finally {
  fs.rmSync(copy, { recursive: true, force: true })
}
