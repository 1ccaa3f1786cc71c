import { spawnSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { assert, describe, it } from "vitest"
import { shells } from "../../../tools/shells.ts"
import { published, run } from "./Cli.ts"

const scriptOf = async (shell: string): Promise<string> => {
  const { code, stderr, stdout } = await run(["completion", shell])
  assert.deepStrictEqual([code, stderr], [0, ""])
  const file = Path.join(published, `completion.${shell}`)
  Fs.writeFileSync(file, stdout)
  return file
}

/** What a shell prints that runs a script of ours, with nothing of the developer's own settings. */
const say = (shell: string, args: ReadonlyArray<string>) => {
  const { error, status, stderr, stdout } = spawnSync(shell, args, {
    encoding: "utf8",
    env: { PATH: process.env["PATH"] ?? "", HOME: published, TERM: "dumb" }
  })
  assert.isUndefined(error, `npm test installs ${shell}; or install it yourself`)
  assert.deepStrictEqual([status, stderr], [0, ""], args.join(" "))
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .toSorted()
}

/** The last word of each line is not finished; these are the words that it may become. */
const lines: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
  ["le-auth sentin", ["sentinel"]],
  ["le-auth sentinel fault ", ["add", "clear", "list"]],
  ["le-auth sentinel fault add d", ["delay", "drop-connection"]],
  ["le-auth sentinel start --log-format ", ["json", "pretty"]],
  ["le-auth completion ", ["bash", "fish", "zsh"]],
  ["le-auth sentinel start --trusted", ["--trusted-proxy"]]
]

describe("le-auth completion", () => {
  it("bash completes commands, flags and values", async () => {
    const file = await scriptOf("bash")
    for (const [line, expected] of lines) {
      // As readline calls it: the words, which of them it is, the line, and as arguments the command, the word and the
      // one before.
      const words = line.split(" ")
      const script = `source "$1"; shift; COMP_LINE="$1"; COMP_POINT=\${#1}; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        _le_auth le-auth "\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[COMP_CWORD - 1]}"; printf '%s\\n' "\${COMPREPLY[@]}"`
      assert.deepStrictEqual(say("bash", ["-c", script, "bash", file, line, ...words]), expected, line)
    }
    assert.deepStrictEqual(say("bash", ["-c", `source "${file}"; complete -p le-auth`]), [
      "complete -F _le_auth le-auth"
    ])
  })

  it("fish completes commands, flags and values", async () => {
    const file = await scriptOf("fish")
    for (const [line, expected] of lines) {
      const found = say("fish", ["--no-config", "-c", `source "${file}"; complete -C "${line}"`]).map((choice) =>
        choice.replace(/\t.*/, "")
      )
      assert.deepStrictEqual(found, expected, line)
    }
  })

  it("zsh takes the script over", async () => {
    const file = await scriptOf("zsh")
    const script = `autoload -U compinit; compinit -u -D; source "${file}"; print $_comps[le-auth]`
    assert.deepStrictEqual(say("zsh", ["-f", "-c", script]), ["_le_auth"])
  })

  it("the scripts name the command that prints them", async () => {
    for (const shell of shells) {
      assert.include(Fs.readFileSync(await scriptOf(shell), "utf8"), `le-auth completion ${shell}`)
    }
    assert.strictEqual((await run(["completion", "tcsh"])).code, 2)
  })
})
