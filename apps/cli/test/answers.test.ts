import * as Fs from "node:fs"
import * as Path from "node:path"
import { assert, describe, it } from "vitest"
import { published, run } from "./Cli.ts"

const answers: Record<string, string> = JSON.parse(
  Fs.readFileSync(Path.join(published, "dist", "answers.json"), "utf8")
)
const main = [Path.join(published, "dist", "main.js")]

describe("what is answered before the command is loaded", () => {
  it("is what the command itself says", async () => {
    for (const question of ["--version", "--help", "sentinel fault add --help"]) {
      const prepared = await run(question.split(" "))
      assert.deepStrictEqual(prepared, await run(question.split(" "), {}, main), question)
      const colored = await run(question.split(" "), { NO_COLOR: "", FORCE_COLOR: "1" }, main)
      assert.strictEqual(colored.stdout, `${answers[question]}\n`)
    }
    assert.deepStrictEqual(await run([]), await run([], {}, main))
    assert.deepStrictEqual(await run(["sentinel", "fault", "-h"]), await run(["sentinel", "fault", "--help"]))
  })

  it("needs nothing of the command", async () => {
    const alone = Fs.mkdtempSync(Path.join(published, "alone-"))
    for (const file of ["bin", "dist/answers.json"]) {
      Fs.cpSync(Path.join(published, file), Path.join(alone, file), { recursive: true })
    }
    const program = [Path.join(alone, "bin", "le-auth.mjs")]
    for (const question of Object.keys(answers)) {
      assert.strictEqual((await run(question.split(" "), {}, program)).code, 0, question)
    }
  })

  it("leaves mistakes to the command", async () => {
    for (const args of [["logn", "--help"], ["login --help"]]) {
      assert.deepStrictEqual(await run(args), await run(args, {}, main), args.join(" "))
    }
  })
})

describe("help", () => {
  it("has examples for every command that does something", () => {
    const paths = Object.keys(answers).filter((question) => question.endsWith("--help"))
    for (const question of paths) {
      const isGroup = paths.some((other) => other !== question && other.startsWith(question.replace("--help", "")))
      if (!isGroup) assert.include(answers[question], "EXAMPLES", question)
    }
  })
})
