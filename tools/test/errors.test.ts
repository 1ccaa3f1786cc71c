import path from "node:path"

import { describe, expect, it } from "vitest"

import { packages, publicModules, publicNames } from "../PublicSurface.ts"
import { type TaggedError, taggedErrors } from "../TaggedErrors.ts"
import { folderOf } from "./folderOf.ts"

const root = path.join(import.meta.dirname, "../..")
const errors = taggedErrors(root)

/** Errors that can be in an error channel and have the tag of another one: two of them, or one and a reason. */
function confused(errors: ReadonlyArray<TaggedError>): Array<string> {
  return errors
    .filter(({ isReason }) => !isReason)
    .flatMap((flat) => {
      const others = errors.filter((each) => each !== flat && each.tag === flat.tag)
      return others.map(
        ({ isReason, place }) => `${flat.tag}: ${flat.place}, ${isReason ? "a reason in" : "also in"} ${place}`
      )
    })
}

/** With schemas a page would load nearly twice as much, and its errors do not travel. */
const withoutSchemas = "packages/browser/src/PageError.ts"

/** Errors of root modules, or passed on by one, that cannot be encoded. */
function unencodable(root: string, errors: ReadonlyArray<TaggedError>): Array<TaggedError> {
  const exported = new Set(
    packages(root).flatMap((from) =>
      publicModules(from).flatMap((module) =>
        publicNames(from, module).map(({ node, tree }) => `${path.relative(root, tree.file)} ${node["id"]?.name}`)
      )
    )
  )
  const isPublic = ({ file, name }: TaggedError) =>
    /^packages\/\w+\/src\/\w+\.ts$/.test(file) || exported.has(`${file} ${name}`)
  return errors.filter((each) => each.madeWith === "Data" && isPublic(each) && each.file !== withoutSchemas)
}

describe("errors", () => {
  it("have a tag of their own, if they can be in an error channel", () => {
    expect(errors.length).toBeGreaterThan(50)
    expect(confused(errors)).toEqual([])
  })

  it("of public modules can be encoded", () => {
    expect(unencodable(root, errors).map(({ place }) => place)).toEqual([])
  })

  it("would be found if they had the tag of another one, or could not be encoded", () => {
    const folder = folderOf({
      "packages/web/package.json": { name: "@t/web", exports: {} },
      "packages/web/src/index.ts": `export * as Call from "./Call.ts"`,
      "packages/web/src/Call.ts": `export { Closed as CallClosed } from "./internal/closed.ts"`,
      "packages/core/src/TokenError.ts": `
        import * as Others from "./Others.ts"
        export class Timeout extends Schema.TaggedError<Timeout>()("Timeout", {}) {}
        export class Refused extends Schema.TaggedError<Refused>()("Refused", {}) {}
        const Some = Schema.Union([Timeout, Others.Blocked])
        export const Reason = Schema.Union([Some, Refused])
        export class TokenError extends Schema.TaggedError<TokenError>()("TokenError", { reason: Reason }) {}`,
      "packages/core/src/Others.ts": `
        export class Blocked extends Schema.TaggedError<Blocked>()("Blocked", {}) {}
        export class BadRequest extends Schema.Error<BadRequest>("id")({ _tag: Schema.tagDefaultOmit("BadRequest") }) {}
        export class Special extends TokenError.extend<Special>("id")({}) {}`,
      "packages/web/src/internal/call.ts": `
        import type { Closed } from "./closed.ts"
        export class CallFailed extends Data.TaggedError("CallFailed")<{ readonly reason: Closed }> {}
        export class CallRefused extends Data.TaggedError("Refused")<{ readonly reason: "no" }> {}`,
      "packages/web/src/internal/closed.ts": `export class Closed extends Data.TaggedError("Closed") {}`,
      "packages/web/src/Page.ts": `export class Closed extends Data.TaggedError("Closed") {}`,
      "apps/server/src/main.ts": `class BadRequest extends explaining(Schema.TaggedError<BadRequest>()("BadRequest", {})) {}`
    })
    const found = taggedErrors(folder)
    expect(found.filter(({ isReason }) => isReason).map(({ file, name }) => `${file} ${name}`)).toEqual([
      "packages/core/src/Others.ts Blocked",
      "packages/core/src/TokenError.ts Timeout",
      "packages/core/src/TokenError.ts Refused",
      "packages/web/src/internal/closed.ts Closed"
    ])
    expect(confused(found)).toEqual([
      "BadRequest: apps/server/src/main.ts:1 BadRequest, also in packages/core/src/Others.ts:3 BadRequest",
      "BadRequest: packages/core/src/Others.ts:3 BadRequest, also in apps/server/src/main.ts:1 BadRequest",
      "Closed: packages/web/src/Page.ts:1 Closed, a reason in packages/web/src/internal/closed.ts:1 Closed",
      "Refused: packages/web/src/internal/call.ts:4 CallRefused, a reason in packages/core/src/TokenError.ts:4 Refused"
    ])
    expect(unencodable(folder, found).map(({ file, name }) => `${file} ${name}`)).toEqual([
      "packages/web/src/Page.ts Closed",
      "packages/web/src/internal/closed.ts Closed"
    ])
  })
})
