// A typed program that a page or another process gets as a text: the module with that text, which a test keeps equal.
import fs from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import path from "node:path"

/** The module that exports the program of a file as `script`, from its first statement on and without its types. */
export function programText(file: string, writtenBy: string): string {
  const program = stripTypeScriptTypes(fs.readFileSync(file, "utf8"))
    .replace(/^[^]*?(?=const )/, "")
    .replaceAll(/[ \t]+$/gm, "")
    .replaceAll(/[\\`]|\$\{/g, "\\$&")
  return `/** The text of \`${path.basename(file)}\`, written by \`${writtenBy}\`. */\nexport const script = \`\n${program}\`\n`
}
