// Every TypeScript example of the README, of docs and of a doc comment compiles, as a user's program would.
import { execFileSync } from "node:child_process"
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

import { assert, describe, it } from "vitest"

const root = fileURLToPath(new URL("../..", import.meta.url))
const out = path.join(root, "tools", "build", "examples")

function collect(): Array<{ from: string; code: string }> {
  const files = globSync(["README.md", "docs/**/*.md", "{packages,apps}/*/README.md", "packages/*/src/**/*.ts"], {
    cwd: root
  })
  return files.toSorted().flatMap((file) => {
    const text = readFileSync(path.join(root, file), "utf8")
    const plain = file.endsWith(".ts") ? text.replaceAll(/^ *\* ?/gm, "") : text
    return [...plain.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => ({ from: file, code: match[1] ?? "" }))
  })
}

describe("examples", () => {
  it("all compile", () => {
    const examples = collect()
    assert.isAbove(examples.length, 10)
    rmSync(out, { recursive: true, force: true })
    mkdirSync(out, { recursive: true })
    examples.forEach(({ code, from }, index) => {
      const name = `${String(index).padStart(3, "0")}-${from.replaceAll(/[^\w]+/g, "-")}.ts`
      writeFileSync(path.join(out, name), `// ${from}\n${code}\nexport {}\n`)
    })
    writeFileSync(
      path.join(out, "tsconfig.json"),
      JSON.stringify({
        extends: path.join(root, "tsconfig.base.json"),
        include: ["*.ts"],
        compilerOptions: {
          composite: false,
          incremental: false,
          declarationMap: false,
          sourceMap: false,
          noEmit: true,
          allowImportingTsExtensions: true,
          rewriteRelativeImportExtensions: false,
          lib: ["ES2023", "DOM", "DOM.Iterable"],
          types: ["node"],
          noUnusedLocals: false,
          // An example may stop at the effect that it makes.
          plugins: [{ name: "@effect/language-service", diagnosticSeverity: { floatingEffect: "off" } }]
        }
      })
    )
    try {
      execFileSync(path.join(root, "node_modules", ".bin", "tsc"), ["-p", out], { encoding: "utf8", stdio: "pipe" })
    } catch (error) {
      assert.fail(String((error as { stdout: string }).stdout))
    }
  })
})
