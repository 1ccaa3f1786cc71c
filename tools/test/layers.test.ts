import path from "node:path"

import { describe, expect, it } from "vitest"

import { namesOf, packages, type PublicName, publicModules, publicNames } from "../PublicSurface.ts"
import type { Node } from "../SyntaxTree.ts"
import { folderOf } from "./folderOf.ts"

const root = path.join(import.meta.dirname, "../..")

/** What a function takes: by its type, if a variable has one, else by its value. */
const parametersOf = ({ node }: PublicName): ReadonlyArray<Node> =>
  node["id"]?.typeAnnotation?.typeAnnotation?.params ?? node["init"]?.params ?? node["params"] ?? []

/**
 * Whether a call may leave out all arguments. A rest parameter is for any number of them, and so for a deliberate none.
 */
const needsNoArgument = (each: PublicName): boolean =>
  each.kind === "function" &&
  parametersOf(each).every(({ optional, type }) => type === "AssignmentPattern" || (type !== "RestElement" && optional))

/**
 * A layer that needs nothing is a value, since a value is shared wherever it is provided and a call is not.
 */
const isWrong = (each: PublicName): boolean => each.name.startsWith("layer") && needsNoArgument(each)

describe("a layer", () => {
  it("is a value, or a function that needs an argument", () => {
    const wrong = packages(root).flatMap((from) =>
      publicModules(from).flatMap((module) =>
        publicNames(from, module)
          .filter(isWrong)
          .map(({ name }) => `${from.folder}/${module}.${name}`)
      )
    )
    expect(wrong).toEqual([])
  })

  it("would be found if a call could leave out everything", () => {
    const folder = folderOf({
      "A.ts": `
        export const layer = (options: Options = {}) => Layer.empty
        export const layerEmpty = () => Layer.empty
        export const layerOptional = (options?: Options, { a }: Options = {}): Layer.Layer<A> => Layer.empty
        export function layerDeclared(options?: Options) {}
        export const layerTyped: (options?: Options) => Layer.Layer<A> = make()

        export const layerValue = Layer.empty
        export const layerNeeded = (path: string, options?: Options) => Layer.empty
        export const layerRest = (...installations: ReadonlyArray<Installation>) => Layer.empty
        export const make = (options?: Options) => Layer.empty`
    })
    const wrong = namesOf(path.join(folder, "A.ts")).filter(isWrong)
    expect(wrong.map(({ name }) => name)).toEqual([
      "layer",
      "layerEmpty",
      "layerOptional",
      "layerDeclared",
      "layerTyped"
    ])
  })
})
