/** A Node that is too old fails with errors of its own, at the first call to LivePerson. */
import { LeAuthError } from "../LeAuthError.ts"

/** As the package says in `engines`. */
export const least = "22.19.0"

const numbersOf = (version: string) => version.split(".").map(Number)

type Versions = Readonly<Record<string, string | undefined>>

const versionsOf = ({ process }: { readonly process?: { readonly versions?: Versions } }): Versions =>
  process?.versions ?? {}

/** Throws where the program runs on a Node that is too old. Other runtimes name the Node that they are like. */
export const check = (): void => {
  const { bun, deno, node } = versionsOf(globalThis)
  if (node === undefined || bun !== undefined || deno !== undefined) return
  const [major = 0, minor = 0] = numbersOf(node)
  const [leastMajor = 0, leastMinor = 0] = numbersOf(least)
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return
  throw new LeAuthError({
    _tag: "Settings",
    status: 500,
    message: `This is Node ${node}. @le-auth/server needs Node ${least} or newer.`
  })
}
