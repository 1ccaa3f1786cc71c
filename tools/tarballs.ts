// The packed packages: `tools/pack.ts` leaves each beside its sources, and this puts all of them into one folder, for
// the tool that installs or publishes them.
import fs from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))

/** What `nx run-many -t pack` has made. */
export const tarballs = () =>
  fs
    .globSync("{packages,apps}/*/build/packed/*.tgz", { cwd: root })
    .map((file) => path.join(root, file))
    .toSorted()

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = path.join(root, "build", "packages")
  fs.rmSync(folder, { recursive: true, force: true })
  fs.mkdirSync(folder, { recursive: true })
  for (const file of tarballs()) fs.copyFileSync(file, path.join(folder, path.basename(file)))
  console.log(`${tarballs().length} packages in ${path.relative(process.cwd(), folder)}`)
}
