import { describe, expect, it } from "vitest"

import { wrapMarkdown, wrapProgram } from "../wrap.ts"

const words = (count: number) => Array.from({ length: count }, (_, index) => `word${index}`).join(" ")

describe("wrap", () => {
  it("wraps what is too long, and leaves the rest as it is", () => {
    const source = [
      "/**",
      " * Short",
      " * lines.",
      " *",
      ` * ${words(20)}`,
      " *",
      " * @since 0.1.0",
      " */",
      "a()"
    ].join("\n")
    const wrapped = wrapProgram("a.ts", source).split("\n")
    expect(wrapped.map((line) => line.length).filter((length) => length > 120)).toEqual([])
    expect(wrapped.slice(0, 4)).toEqual(["/**", " * Short", " * lines.", " *"])
    expect(wrapped.slice(4, 6).join(" ").replaceAll(" * ", "")).toBe(words(20))
    expect(wrapped.slice(6)).toEqual([" *", " * @since 0.1.0", " */", "a()"])
  })

  it("makes a block of a line, keeps lines of comments together, and knows lists", () => {
    expect(wrapProgram("a.ts", `  /** ${words(19)} */\n  a()`).split("\n")).toHaveLength(5)
    expect(wrapProgram("a.ts", `// ${words(19)}\n// and more\na()`).split("\n")[1]).toMatch(/^\/\/ word\d+ and more$/)
    expect(
      wrapMarkdown(`- ${words(19)}\n- next`)
        .split("\n")
        .slice(1)
    ).toEqual(["  word18", "- next"])
  })

  it("leaves code, tables, links and strings", () => {
    const code = `\`\`\`sh\n${words(30)}\n\`\`\`\n\n| ${words(30)} |`
    expect(wrapMarkdown(code)).toBe(code)
    const link = `[${words(3)}](https://example.com)`
    expect(wrapMarkdown(`${words(15)} ${link} ${words(3)}`)).toContain(link)
    const string = `const a = \`\n// ${words(30)}\n\``
    expect(wrapProgram("a.ts", string)).toBe(string)
  })
})
