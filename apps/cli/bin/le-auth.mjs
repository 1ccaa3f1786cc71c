#!/usr/bin/env node
// Starts the command: the bundle when published, the sources in a checkout of the repository (which has src).

// As a whole: to name what an old Node does not have would end in its own words, not in ours. And not by an import,
// where that can be: it reads all names of a module, and node:fs loads its streams for that.
const { existsSync, readFileSync } = process.getBuiltinModule?.("node:fs") ?? (await import("node:fs"))
const module = process.getBuiltinModule?.("node:module") ?? (await import("node:module")).default

const at = (/** @type {string} */ relative) => new URL(relative, import.meta.url)
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
const isCurrent = major > 22 || (major === 22 && minor >= 19)

/**
 * Help, the version and completions were written down when the bundle was made: nothing else is loaded to show them.
 */
const prepared = () => {
  const args = process.argv.slice(2)
  const last = args.at(-1) ?? "--help"
  if (!["--help", "-h", "--version", "-v"].includes(last) && args[0] !== "completion") return undefined
  const path = [...args.slice(0, -1), { "-h": "--help", "-v": "--version" }[last] ?? last].join(" ")
  try {
    return JSON.parse(readFileSync(at("../dist/answers.json"), "utf8"))[path]
  } catch {
    return undefined
  }
}

/** As effect/cli does it. */
const canColor = () => process.stdout.isTTY && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb"

/**
 * Compiled once: later starts take two thirds of the time. Not in the folder for temporary files, which is Node's
 * default, since others could plant compiled code there, which this user would run. Where nothing can be written,
 * nothing is kept.
 */
const keepCompiled = () => {
  const { env, platform } = process
  const ofUser = platform === "darwin" ? `${env["HOME"]}/Library/Caches` : `${env["HOME"]}/.cache`
  const folder = env["XDG_CACHE_HOME"] || (platform === "win32" ? env["LOCALAPPDATA"] : env["HOME"] && ofUser)
  if (folder && !env["NODE_COMPILE_CACHE"]) module.enableCompileCache?.(`${folder}/le-auth/compiled`)
}

const fromSource = async () => {
  const { spawn } = await import("node:child_process")
  const { constants } = await import("node:os")
  const { fileURLToPath } = await import("node:url")
  const node = isCurrent ? process.execPath : fileURLToPath(at("../../../node_modules/.bin/node"))
  const program = ["--conditions=@le-auth/source", fileURLToPath(at("../src/main.ts"))]
  const child = spawn(node, [...program, ...process.argv.slice(2)], { stdio: "inherit" })
  // A terminal's Ctrl-C reaches the child by itself; what only we receive is passed on.
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.on(signal, () => (signal === "SIGINT" && process.stdin.isTTY) || child.kill(signal))
  }
  child.on("error", (error) => {
    console.error(`le-auth: cannot start ${node}: ${error.message}`)
    process.exitCode = 1
  })
  child.on("exit", (code, signal) => {
    if (signal === null) process.exitCode = code ?? 1
    else process.exitCode = 128 + constants.signals[signal]
  })
}

if (existsSync(at("../src/main.ts"))) {
  await fromSource()
} else if (!isCurrent) {
  console.error(`le-auth needs Node 22.19 or newer; this is ${process.version}.`)
  process.exitCode = 1
} else {
  const answer = process.env["FORCE_COLOR"] ? undefined : prepared()
  if (answer === undefined) {
    keepCompiled()
    await import(at("../dist/main.js").href)
  } else {
    process.stdout.on("error", ({ message }) => {
      console.error(`le-auth: stdout cannot be written (${message}), so the result is lost.`)
      process.exitCode = 1
    })
    // eslint-disable-next-line no-control-regex
    process.stdout.write(`${canColor() ? answer : answer.replaceAll(/\u001b\[\d*m/g, "")}\n`)
  }
}
