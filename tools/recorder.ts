// Loaded into a process before its program (`node --import`), and by way of NODE_OPTIONS into the Node processes that
// it starts: writes down which files of the repository are read, also as modules. What is installed or built does not
// count as one.
import fs from "node:fs"
import * as module from "node:module"
import path from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const book = process.env["LE_AUTH_OPENED"]
/** Neither installed, nor written by a task, nor of a tool of the developer's. */
const elsewhere = /(?:^|\/)(?:node_modules|build|\.git|\.nx|\.le-auth|\.vitest)(?:\/|$)/

const seen = new Set<string>()
const append = fs.appendFileSync

/** @param target a path, an address, or a file that is open already */
function note(target: unknown) {
  const file =
    target instanceof URL || (typeof target === "string" && target.startsWith("file:"))
      ? fileURLToPath(target)
      : typeof target === "string" || Buffer.isBuffer(target)
        ? path.resolve(String(target))
        : ""
  if (!file.startsWith(root) || seen.has(file)) return
  seen.add(file)
  // Of a folder that is copied, all is.
  if (fs.statSync(file, { throwIfNoEntry: false })?.isDirectory()) {
    for (const name of fs.readdirSync(file)) note(path.join(file, name))
    return
  }
  const name = path.relative(root, file).replaceAll(path.sep, "/").replace(/\?.*$/, "")
  if (name !== "" && !elsewhere.test(name) && book !== undefined) append(book, `${name}\n`)
}

/** @param names of functions whose first argument is what they read */
function watch(object: Record<string, any>, names: ReadonlyArray<string>) {
  for (const name of names) {
    const original = object[name]
    const watched = function (this: unknown, ...args: unknown[]) {
      note(args[0])
      return Reflect.apply(original, this, args)
    }
    // What else a function has, such as `promisify.custom`, stays.
    object[name] = Object.defineProperties(watched, Object.getOwnPropertyDescriptors(original))
  }
}

if (book !== undefined) {
  const withCallback = ["open", "readFile", "copyFile", "cp", "createReadStream"]
  watch(fs, [...withCallback, "openSync", "readFileSync", "copyFileSync", "cpSync"])
  watch(fs.promises, ["open", "readFile", "copyFile", "cp"])
  module.syncBuiltinESMExports()
  module.registerHooks({
    load: (url, context, next) => {
      if (url.startsWith("file:")) note(url)
      return next(url, context)
    }
  })
}
