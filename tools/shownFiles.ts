// Files of the repository that pages show as they are: a block of code whose first line names one, as in
// ```ts examples/express/auth.ts
import fs from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))

const shown = /^```(\w+) ((?:[\w.[\]+-]+\/)+[\w.[\]+-]+)\n.*?^```$/gms

/** The files that a page shows. */
export const filesOf = (page: string): ReadonlyArray<string> => [...page.matchAll(shown)].map(([, , file]) => file!)

/** A page with these files as they are now. */
export const withFiles = (page: string): string =>
  page.replaceAll(
    shown,
    (_, language, file) => `\`\`\`${language} ${file}\n${fs.readFileSync(path.join(root, file), "utf8")}\`\`\``
  )
