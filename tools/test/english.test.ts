import fs from "node:fs"
import path from "node:path"

import { describe, expect, it } from "vitest"

import { allowedLines, check, filesOf, nobodies, read } from "../english.ts"

const root = path.join(import.meta.dirname, "../..")
const allowed = allowedLines(root)
const found = check(root, allowed)

const rulesIn = (file: string, text: string) => read(file, text).findings.map(({ line, rule }) => `${line} ${rule}`)

describe("English", () => {
  it("is as CONTRIBUTING says", () => {
    expect(found.findings.map(({ file, line, rule, text }) => `${file}:${line} rule ${rule}: ${text}`)).toEqual([])
  })

  it("is allowed to be otherwise in few lines, each with a reason, and all of them there", () => {
    expect(found.stale).toEqual([])
    for (const { text, why } of allowed) expect(why.length, text).toBeGreaterThan(10)
    // This number may only shrink.
    expect(allowed.length).toBeLessThanOrEqual(0)
  })

  it("has nowhere both sides of a merge", () => {
    const isUnmerged = (file: string) => /^(?:<{7}|>{7}) /m.test(fs.readFileSync(path.join(root, file), "utf8"))
    expect(filesOf(root).filter(isUnmerged)).toEqual([])
  })

  it("says what is, and seldom that nobody does", () => {
    expect(found.nobodies.map(({ file, line }) => `${file}:${line}`).length).toBeLessThan(nobodies)
  })

  it.each([
    [1, "A user may change his password."],
    [2, "Whoever asks gets an answer."],
    [2, "The session of who signed in last."],
    [2, "Who comes late has to wait."],
    [5, "So many sessions are kept."],
    [5, "It is forgotten for so long."],
    [6, "A password belongs into a variable."],
    [8, "It is no proof."],
    [8, "What is\n * no number is refused."]
  ])("rule %i is broken by: %s", (rule, text) => {
    expect(read("a.ts", `/** ${text} */`).findings.map((it) => it.rule)).toEqual([rule])
    expect(read("a.md", text.replace("\n * ", "\n")).findings.map((it) => it.rule)).toEqual([rule])
  })

  it.each([
    "There is no session.",
    "It is no longer there, and no better than before.",
    "Answers with `no-store`, since `is no text` is code.",
    "The user who signed in last. Who was it?",
    "There are so many sessions that some are forgotten.",
    "The other one belongs to them: the theme is theirs."
  ])("no rule is broken by: %s", (text) => {
    expect(rulesIn("a.ts", `/** ${text} */`)).toEqual([])
    expect(rulesIn("a.md", text)).toEqual([])
  })

  it("is looked for in comments and texts, at their lines, and not in names", () => {
    const lines = [
      'import { his } from "./his.ts"',
      "const her = his.whoever",
      "// Whoever",
      "// comes. Who",
      "// comes?",
      'const a = "it is no code"',
      "const b = `${her} is no code`"
    ]
    expect(rulesIn("a.ts", lines.join("\n"))).toEqual(["3 2", "6 8", "7 8"])
    expect(rulesIn("a.yml", "whoever: his\n# Whoever comes")).toEqual(["2 2"])
  })

  it("has lines of at most 120 characters, outside of code, tables and addresses", () => {
    const long = "word ".repeat(30).trim()
    expect(rulesIn("a.ts", `// ${long}`)).toEqual(["1 10"])
    expect(rulesIn("a.ts", `/**\n * ${long}\n */`)).toEqual(["2 10"])
    expect(rulesIn("a.ts", `const a = "${long}"`)).toEqual([])
    expect(rulesIn("a.md", `${long}\n\n| ${long} |\n\n\`\`\`sh\n${long}\n\`\`\`\n`)).toEqual(["1 10"])
    expect(rulesIn("a.md", `See https://example.com/${"long".repeat(30)}`)).toEqual([])
  })
})
