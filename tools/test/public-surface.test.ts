import path from "node:path"

import { describe, expect, it } from "vitest"

import { admitted, listed, namesOf, packages, publicModules, publicNames, resolve } from "../PublicSurface.ts"
import { signatureOf } from "../Signature.ts"
import { folderOf } from "./folderOf.ts"

const source = (path: string) => ({ "@le-auth/source": path, types: "./dist/a.d.ts", default: "./dist/a.js" })
const exports = {
  ".": source("./src/index.ts"),
  "./*": source("./src/*.ts"),
  "./internal/*": null,
  "./index": null,
  "./package.json": "./package.json"
}

describe("the public surface of a package", () => {
  it("is resolved as Node does it: a path of its own, then the longest pattern", () => {
    expect(resolve(exports, "./SignIn")).toBe("./src/SignIn.ts")
    expect(resolve(exports, "./shared/Utf8")).toBe("./src/shared/Utf8.ts")
    expect(resolve(exports, "./internal/a")).toBeUndefined()
    expect(resolve(exports, "./internal/a/b")).toBeUndefined()
    expect(resolve(exports, "./index")).toBeUndefined()
    expect(resolve(exports, ".")).toBe("./src/index.ts")
    expect(resolve(exports, "./package.json")).toBe("./package.json")
    expect(resolve({ "./A": source("./src/A.ts") }, "./B")).toBeUndefined()
  })

  it("has the modules that can be imported, and those that index.ts lists", () => {
    const root = folderOf({
      "packages/browser/package.json": { name: "@t/browser", exports },
      "packages/browser/src/index.ts": `export * as A from "./A.ts"`,
      "packages/browser/src/A.ts": `export const a = 1`,
      "packages/browser/src/plain.ts": `export { b as c } from "./internal/b.ts"`,
      "packages/browser/src/room/Deep.ts": ``,
      "packages/browser/src/internal/b.ts": `/** Of b. */\nexport const b = () => 1`
    })
    const [browser] = packages(root)
    if (browser === undefined) throw new Error("no package was found")
    expect(browser.name).toBe("@t/browser")
    expect(admitted(browser)).toEqual(["A", "plain", "room/Deep"])
    expect(listed(browser)).toEqual(["A"])
    expect(publicModules(browser)).toEqual(["A", "plain"])
    expect(publicNames(browser, "plain")).toMatchObject([
      { name: "c", kind: "function", comment: "/** Of b. */", line: 2, isPassedOn: true }
    ])
  })

  it("is the package itself where index.ts lists no modules, and its other entries", () => {
    const root = folderOf({
      "packages/page/package.json": {
        name: "@t/page",
        exports: { ".": source("./src/index.ts"), "./shared": source("./src/shared.ts") }
      },
      "packages/page/src/index.ts": `export { a } from "./internal/a.ts"\nexport * from "elsewhere"`,
      "packages/page/src/shared.ts": `export { b } from "./internal/a.ts"`,
      "packages/page/src/internal/a.ts": `export const a = 1\nexport const b = 2`
    })
    const [page] = packages(root)
    if (page === undefined) throw new Error("no package was found")
    expect(admitted(page)).toEqual(["shared"])
    expect(listed(page)).toEqual([])
    expect(publicModules(page)).toEqual(["index"])
    expect(publicNames(page, "index").map(({ name }) => name)).toEqual(["a"])
  })

  it("has every exported name with its kind and its doc comment", () => {
    const folder = folderOf({
      "A.ts": `
        import { type Moved } from "./B.ts"
        /** A schema. */
        export const Both = Schema.String
        /** Its type. */
        export type Both = typeof Both.Type
        /* no doc comment */
        export interface Options {}
        /** Of something else. */
        const hidden = 1
        export class Service {}
        export function declared() {}
        export const { one, two: [three], ...rest } = hidden
        export const typed: (a: string) => void = make()
        export * as Space from "./B.ts"
        export { hidden as shown, Moved }
        export type { Moved as Again } from "./B.ts"
        export { outside } from "effect/Effect"`,
      "B.ts": `/** Moved here. */\nexport interface Moved {}`
    })
    const names = namesOf(path.join(folder, "A.ts")).map(({ comment, kind, name }) => [name, kind, comment])
    expect(names).toEqual([
      ["Both", "constant", "/** A schema. */"],
      ["Both", "type", "/** Its type. */"],
      ["Options", "interface", undefined],
      ["Service", "class", undefined],
      ["declared", "function", undefined],
      ["one", "constant", undefined],
      ["three", "constant", undefined],
      ["rest", "constant", undefined],
      ["typed", "function", undefined],
      ["Space", "namespace", undefined],
      ["shown", "constant", "/** Of something else. */"],
      ["Moved", "interface", "/** Moved here. */"],
      ["Again", "interface", "/** Moved here. */"]
    ])
  })

  it("shows what is declared, and not what is done or said", () => {
    const folder = folderOf({
      "A.ts": `
        export const f = <A>(
          /** The first. */
          a: A, // said
          b = { c: () => 1 }
        ): Effect.Effect<
          | A
          | string
        > => { return secret(a) }
        export const inferred = (a: string) => secret(a)
        export const curried = (a: string) => (b: string): string => secret(a, b)
        export function declared(a?: number): void { secret() }
        export const layer: Layer.Layer<A> = secret()
        export class Service extends Context.Service<
          Service,
          {
            /** Said. */
            readonly get: (options: {
              readonly a: string
              readonly b: string
            }) => void
            readonly all: string
          }
        >()("Service") {}
        export class Failure extends Schema.TaggedError<Failure>()("Failure", { reason: Schema.String }) {
          override get message() { return "secret" }
          private hidden = 1
          get startAgain(): boolean { return secret }
        }
        export interface Options<A> extends Other { readonly a: A }
        export type Either = "a" | "b"
        export const Fields = Schema.Struct({ a: Schema.String, make: () => secret })`
    })
    const text = namesOf(path.join(folder, "A.ts")).map((each) => {
      const { head, members } = signatureOf(each)
      return [each.name + head, ...members]
    })
    expect(text).toEqual([
      ["f<A>(a: A, b = { c: () => … }): Effect.Effect<A | string>"],
      ["inferred(a: string) => …"],
      ["curried(a: string) => (b: string): string"],
      ["declared(a?: number): void"],
      ["layer: Layer.Layer<A>"],
      [
        'Service extends Context.Service<Service, { … }>()("Service")',
        "readonly get: (options: { readonly a: string; readonly b: string }) => void",
        "readonly all: string"
      ],
      [
        'Failure extends Schema.TaggedError<Failure>()("Failure", { … })',
        "reason: Schema.String",
        "get startAgain(): boolean"
      ],
      ["Options<A> extends Other", "readonly a: A"],
      ['Either = "a" | "b"'],
      ["Fields = Schema.Struct({ … })", "a: Schema.String", "make: () => …"]
    ])
  })
})
