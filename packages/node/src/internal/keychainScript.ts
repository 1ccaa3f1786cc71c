/** The text of `keychainProgram.ts`, written by `test/KeychainScript.test.ts`. */
export const script = `
const fs = process.getBuiltinModule("node:fs")
const [from = "", service = "", name = "", operation] = process.argv.slice(1)

const load = ()          => {
  try {
    return process.getBuiltinModule("node:module").createRequire(from)("@napi-rs/keyring")
  } catch {
    // Not installed for this platform.
    process.exit(3)
  }
}

const keyring = load()
const entry = () => new keyring.Entry(service, name, { linux: { store: "secret-service" } })
const answer = (value               ) => fs.writeSync(1, JSON.stringify(value))

if (operation === "get") answer(entry().getPassword())
else {
  entry().setPassword(fs.readFileSync(0, "utf8"))
  answer(null)
}
`
