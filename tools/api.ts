// Writes docs/public-api: the public names of each package, a line for each, as their sources declare them. A test
// keeps them equal, so that a review sees a change of the interface as such: `npm run api` writes them.
import fs from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

import { type Package, packages, publicModules, publicNames } from "./PublicSurface.ts"
import { signatureOf } from "./Signature.ts"

const root = fileURLToPath(new URL("..", import.meta.url))

export const folder = path.join(root, "docs/public-api")

/** The report of a package. Where a name stands in its module makes no difference. */
export const reportOf = (from: Package): string =>
  [
    `The public names of ${from.name}. Written by npm run api.`,
    ...publicModules(from).map((module) =>
      publicNames(from, module)
        .map((each) => {
          const { head, members } = signatureOf(each)
          return [`${each.kind} ${module}.${each.name}${head}`, ...members.map((member) => `    ${member}`)].join("\n")
        })
        .toSorted()
        .join("\n")
    )
  ].join("\n\n") + "\n"

/** The reports by file name. */
export const reports = (): Record<string, string> =>
  Object.fromEntries(packages(root).map((each) => [`${each.folder}.txt`, reportOf(each)]))

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  fs.rmSync(folder, { recursive: true, force: true })
  fs.mkdirSync(folder, { recursive: true })
  for (const [name, text] of Object.entries(reports())) fs.writeFileSync(path.join(folder, name), text)
}
