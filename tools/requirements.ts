// Which tests name which requirement: an index, and no proof. The requirements are in docs/requirements; a test begins
// with the numbers of those that it checks: "R32, R65: ...". Also the cases of the contract suites, which become tests,
// are named so.
import fs from "node:fs"
import path from "node:path"

/** Where titles are. */
export const testFiles = (root: string) =>
  ["{packages,apps}/*/test/**/*.ts", "packages/testing/src/**/*.ts", "tools/test/**/*.ts"].flatMap((pattern) =>
    fs.globSync(pattern, { cwd: root })
  )

/**
 * A text that begins with the numbers of requirements. They may also follow a comma inside of the title: "..., R70:
 * ...".
 */
const title = /["'`](?=[A-KR]\d)((?:[^"'`\\\n]|\\.)*)/g
const numbers = /(?:^|[\s,;])((?:[A-KR]\d{1,2}(?:, | and )?)+):/g

/**
 * The numbers of the requirements, in the order of the documents; of one part alone, such as B for the browser, if it
 * is named.
 */
export function requirements(root: string, part?: string): string[] {
  return fs.globSync("docs/requirements/*.md", { cwd: root }).flatMap((file) => {
    const text = fs.readFileSync(path.join(root, file), "utf8")
    return [...text.matchAll(/^(?:- \*\*|\| )([A-KR]\d{1,2})(?:\*\*| )(?:\| \w \| ([\w,]+) \|)?/gm)]
      .filter(([, , parts = ""]) => part === undefined || parts.split(",").includes(part))
      .map(([, number = ""]) => number)
  })
}

/** The files whose titles name a requirement, by its number. */
export function mentions(root: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const file of testFiles(root)) {
    const text = fs.readFileSync(path.join(root, file), "utf8")
    for (const [, words = ""] of text.matchAll(title)) {
      for (const [, list = ""] of words.matchAll(numbers)) {
        for (const number of list.match(/[A-KR]\d{1,2}/g) ?? []) {
          found.set(number, (found.get(number) ?? new Set()).add(file))
        }
      }
    }
  }
  return found
}

/** The requirements that no test names, and the numbers in titles that no requirement has. */
export function gaps(root: string) {
  const known = requirements(root)
  const named = mentions(root)
  return {
    missing: known.filter((number) => !named.has(number)),
    unknown: [...named.keys()].filter((number) => !known.includes(number))
  }
}
