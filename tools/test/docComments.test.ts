import fs from "node:fs"
import os from "node:os"
import path from "node:path"

import { afterAll, describe, expect, it } from "vitest"

import { problems } from "../docComments.ts"
import { packages } from "../PublicSurface.ts"

const root = path.join(import.meta.dirname, "../..")
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "le-auth-comments-"))
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

/** What is found in a package `core` of one public module. */
const found = (...lines: ReadonlyArray<string>): ReadonlyArray<string> => {
  const sources = fs.mkdtempSync(path.join(folder, "core-"))
  fs.writeFileSync(path.join(sources, "index.ts"), 'export * as Given from "./Given.ts"\n')
  fs.writeFileSync(path.join(sources, "Given.ts"), lines.join("\n"))
  return problems({ name: "@le-auth/core", folder: "core", sources, exports: {} }).map(
    ({ line, name, problem }) => `${line} ${name}: ${problem}`
  )
}

describe("doc comments", () => {
  it.each(packages(root))("of $name lack nothing", (each) => {
    expect(problems(each).map((it) => `${it.file}:${it.line} ${it.name}: ${it.problem}`)).toEqual([])
  })

  it("without a word, a category or a version are found", () => {
    expect(found("/** @since 0.1.0 */", "export const a = 1", "export const b = 2")).toEqual([
      "2 a: no words",
      "2 a: no @category",
      "3 b: no words",
      "3 b: no @since",
      "3 b: no @category"
    ])
    expect(
      found(
        "/**",
        " * The answer to all.",
        " *",
        " * @category numbers",
        " * @since 0.1.0",
        " */",
        "export const a = 42"
      )
    ).toEqual(["7 a: unknown @category numbers"])
  })

  it("of a schema or of the type of the same name suffice", () => {
    expect(
      found(
        "/**",
        " * A number that is not negative.",
        " *",
        " * @category schemas",
        " * @since 0.1.0",
        " */",
        "export const A = Schema.Number",
        "export type A = typeof A.Type"
      )
    ).toEqual([])
  })

  it("say the category that a layer, a service, an error and an accessor are of", () => {
    const tags = (category: string, ...more: ReadonlyArray<string>) => [
      "/**",
      " * Some more words.",
      ...more.map((line) => ` * ${line}`),
      ` * @category ${category}`,
      " * @since 0.1.0",
      " */"
    ]
    expect(
      found(
        ...tags("models"),
        "export class A extends Context.Service<A, { readonly get: Effect.Effect<number> }>()('A') {}",
        ...tags("models"),
        "export class B extends Schema.TaggedErrorClass<B>()('B', {}) {}",
        ...tags("models"),
        "export const get = A.use((a) => a.get)",
        ...tags("models", "```ts", "```"),
        "export const layer = Layer.empty"
      )
    ).toEqual([
      "6 A: @category models, where it is one of services",
      "6 A.get: no words",
      "12 B: @category models, where it is one of errors",
      "18 get: @category models, where it is one of accessors",
      "18 get: no example, as every accessor has",
      "26 layer: @category models, where it is one of layers"
    ])
  })

  it("of options have the units of durations and sizes", () => {
    expect(
      found(
        "/**",
        " * The options of all.",
        " *",
        " * @category models",
        " * @since 0.1.0",
        " */",
        "export interface Options {",
        "  /** How long it may take. */",
        "  readonly timeout?: Duration.Input | undefined",
        "  /** How long it may take. Default: 5 seconds. */",
        "  readonly lifetime?: Duration.Input | undefined",
        "  /** The longest name. */",
        "  readonly maximumLength: number",
        "  readonly name: string",
        "}"
      )
    ).toEqual([
      '9 Options.timeout: no default with its unit ("Default: 30 days.")',
      "13 Options.maximumLength: no unit (seconds, bytes, characters, ...)",
      "14 Options.name: no words"
    ])
  })

  it("link to the section of an RFC that they name", () => {
    const a = "https://www.rfc-editor.org/rfc/"
    const of = (see: string) => found("/**", " * Words.", " *", ` * @see ${see}`, " */", "import {} from './x.js'")
    expect(of(`{@link ${a}rfc6749#section-4.1.3 RFC 6749 section 4.1.3}`)).toEqual([])
    expect(of(`{@link ${a}rfc7636#appendix-B RFC 7636 appendix B}`)).toEqual([])
    for (const wrong of [
      "RFC 6749 section 4.1.3",
      `{@link ${a}rfc6749#section-4.1.2 RFC 6749 section 4.1.3}`,
      `{@link ${a}rfc6750#section-4.1.3 RFC 6749 section 4.1.3}`,
      `{@link ${a}rfc6749 RFC 6749}`,
      "{@link https://datatracker.ietf.org/doc/html/rfc6749#section-4.1.3 RFC 6749 section 4.1.3}"
    ]) {
      expect(of(wrong), wrong).toHaveLength(1)
    }
  })
})
