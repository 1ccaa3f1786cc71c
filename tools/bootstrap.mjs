// What the root scripts of package.json run. Plain JavaScript without dependencies, because it is what a fresh clone
// starts with, and on whatever Node the machine has: it installs what is missing, then runs the step of tools/steps.ts
// with node_modules/.bin first on the PATH, where the npm package `node` puts the Node that everything else needs.
import { spawn, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const bin = path.join(root, "node_modules", ".bin")
const node = path.join(bin, "node")
const stamp = path.join(root, "node_modules", ".le-auth-installed")

const testNode = nodeOfTests()
await install()
process.exit(await execute(process.platform === "win32" ? "node" : node, "tools/steps.ts", ...process.argv.slice(2)))

/**
 * The Node that the tests run on, if it is not that of npm's packages: with `LE_AUTH_TEST_NODE=22.19` the one that npm
 * runs on, which has to be a 22.19. So a run cannot say that it was on a Node that it was not on.
 */
function nodeOfTests() {
  const wanted = process.env["LE_AUTH_TEST_NODE"]
  if (!wanted) return undefined
  const found = process.env["npm_node_execpath"] ?? process.execPath
  const version = spawnSync(found, ["--version"], { encoding: "utf8" }).stdout.trim()
  if (!`${version}.`.startsWith(`v${wanted}.`)) {
    console.error(
      `LE_AUTH_TEST_NODE is ${wanted}, but npm runs on Node ${version}. Put Node ${wanted} first on the PATH.`
    )
    process.exit(2)
  }
  console.log(`The tests run on Node ${version}`)
  return found
}

async function install() {
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === fingerprint() && isComplete()) return
  rmSync(stamp, { force: true })
  // npm shows its own progress on a terminal.
  console.log("Installing npm's packages, among them the Node that everything runs on: about half a minute")
  const code = await execute("npm", "ci", "--include=dev")
  if (code !== 0) process.exit(code)
  if (!existsSync(node)) {
    console.error(
      "npm installed no Node. Allow install scripts (npm config delete ignore-scripts) and delete node_modules."
    )
    process.exit(1)
  }
  writeFileSync(stamp, fingerprint())
}

/** Whether Node and every package that npm has listed as installed are there. */
function isComplete() {
  const { packages } = JSON.parse(readFileSync(path.join(root, "node_modules", ".package-lock.json"), "utf8"))
  return existsSync(node) && Object.keys(packages).every((folder) => existsSync(path.join(root, folder)))
}

/**
 * Changes when anything that decides what belongs in node_modules does, or when npm has changed node_modules itself.
 */
function fingerprint() {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}`)
  const files = ["package.json", "package-lock.json", ".npmrc", "node_modules/.package-lock.json"]
  for (const folder of ["packages", "apps"]) {
    for (const name of readdirSync(path.join(root, folder)).toSorted()) files.push(`${folder}/${name}/package.json`)
  }
  for (const file of files.map((name) => path.join(root, name)).filter((name) => existsSync(name))) {
    hash.update(`\0${file}\0`).update(readFileSync(file))
  }
  return hash.digest("hex")
}

/**
 * Runs one command and resolves with its exit code. It shares the process group, so a terminal's Ctrl-C reaches it
 * without us; any other signal is passed on.
 */
function execute(/** @type {string} */ program, /** @type {string[]} */ ...args) {
  return new Promise((/** @type {(code: number) => void} */ resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      stdio: "inherit",
      // npm's programs are scripts of its shell there.
      shell: process.platform === "win32",
      env: {
        ...process.env,
        ...(testNode === undefined ? {} : { LE_AUTH_TEST_NODE: testNode }),
        PATH: [...(testNode === undefined ? [] : [path.dirname(testNode)]), bin, process.env["PATH"]].join(
          path.delimiter
        )
      }
    })
    for (const signal of /** @type {NodeJS.Signals[]} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
      process.on(signal, () => {
        if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal)
      })
    }
    child.on("error", (error) => {
      console.error(`${program}: ${error.message}`)
      resolve(127)
    })
    child.on("close", (code) => resolve(code ?? 130))
  })
}
