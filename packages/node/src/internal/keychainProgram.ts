/**
 * What the process does that asks the keychain: the library's calls block a whole process for as long as the keychain
 * is silent, also its asynchronous ones. The secret goes through pipes. On Linux only the Secret Service counts; the
 * kernel's keyring, the library's other choice, is empty after a restart.
 *
 * `Keychain` starts it from `keychainScript.ts`, where it is a text without its types: so no bundler takes the addon
 * for a part of the program that it bundles. After a change write that file anew:
 * `npx vitest run packages/node/test/KeychainScript.test.ts -u`
 */

/** The addon, as much as is used of it. */
interface Keyring {
  readonly Entry: new (service: string, name: string, options: { readonly linux: { readonly store: string } }) => Entry
}

interface Entry {
  readonly getPassword: () => string | null
  readonly setPassword: (password: string) => void
}

const fs = process.getBuiltinModule("node:fs")
const [from = "", service = "", name = "", operation] = process.argv.slice(1)

const load = (): Keyring => {
  try {
    return process.getBuiltinModule("node:module").createRequire(from)("@napi-rs/keyring")
  } catch {
    // Not installed for this platform.
    process.exit(3)
  }
}

const keyring = load()
const entry = () => new keyring.Entry(service, name, { linux: { store: "secret-service" } })
const answer = (value: string | null) => fs.writeSync(1, JSON.stringify(value))

if (operation === "get") answer(entry().getPassword())
else {
  entry().setPassword(fs.readFileSync(0, "utf8"))
  answer(null)
}
