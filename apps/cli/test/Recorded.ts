/** Terminal sessions that the documentation shows, so that it shows what happens. */
import * as Fs from "node:fs"

/** `<!-- recorded: NAME -->`, the session, `<!-- end -->` */
const block = (name: string) => new RegExp(`(<!-- recorded: ${name} -->\n)[^]*?(<!-- end -->)`)

/**
 * What differs each time, as it looks by default: ports, addresses, times, random values and places.
 */
const usual: ReadonlyArray<readonly [RegExp, string]> = [
  [/\/\S*?\/le-auth-cli-\w+\/home/g, "~/.local/state"],
  [/SENTINEL_PORT=\d+ /g, ""],
  [/le-auth sentinel fault list --control \S+/g, "le-auth sentinel fault --help"],
  [/state=[\w-]+/g, "state=L3Rk…"],
  [/code=[\w-]+/g, "code=Zx8Q…"],
  [/sha256:[0-9a-f]{12}/g, "sha256:5e1f0c9ad2b7"],
  [/\b\d+\.\d ms\b/g, "4.2 ms"],
  [/20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, "2026-11-22T17:00:00.000Z"]
]

/** A document with its sessions as they were recorded now, and with the usual ports. */
export const recorded = (
  document: string,
  sessions: ReadonlyMap<string, string>,
  ports: Readonly<Record<string, number>>
): string => {
  let text = Fs.readFileSync(document, "utf8")
  const replacements = [
    ...Object.entries(ports).map(([port, usually]) => [new RegExp(`(?<=:|%3A)${port}\\b`, "g"), `${usually}`] as const),
    ...usual
  ]
  for (const [name, session] of sessions) {
    if (!block(name).test(text)) throw new Error(`${document} has no place for the session ${name}`)
    const shown = replacements.reduce((shown, [pattern, usually]) => shown.replace(pattern, usually), session)
    text = text.replace(
      block(name),
      (_, begin: string, end: string) => `${begin}\n\`\`\`console\n${shown}\n\`\`\`\n${end}`
    )
  }
  return text
}
