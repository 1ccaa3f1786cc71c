/** The table of docs/sentinel.md that says what each face can do, against the contract, the service and the command. */
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { assert, describe, it } from "@effect/vitest"
import { Control, layerMemory } from "@le-auth/sentinel/Control"
import { ControlApi } from "@le-auth/sentinel/ControlApi"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import type * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Layer from "effect/Layer"
import * as Fs from "node:fs"
import { forArguments } from "../src/commands/sentinel/command.ts"

const command = await forArguments([])

const section = Fs.readFileSync(new URL("../../../docs/sentinel.md", import.meta.url), "utf8").split(
  "\n## What each face can do\n"
)[1]!
const rows = section
  .split("\n\n")
  .find((block) => block.startsWith("| ability |"))!
  .split("\n")
  .slice(2)
  .map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim())
  )

/** What a column names, once. A cell that begins with "no: " names what is elsewhere. */
const named = (column: number): ReadonlyArray<string> =>
  [
    ...new Set(
      rows
        .map((row) => row[column]!)
        .filter((cell) => !cell.startsWith("no: "))
        .flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!))
    )
  ].toSorted()

const endpoints = Object.entries(OpenApi.fromApi(ControlApi).paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    route: `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`,
    name: (operation as { readonly operationId: string }).operationId
  }))
)

/** Those that have a control to speak to. `clock` is also a command itself. */
const namesBelow = (parent: Command.Command.Any, path: string): ReadonlyArray<string> => {
  const children = parent.subcommands.flatMap(({ commands }) => commands)
  const below = children.flatMap((child) => namesBelow(child, `${path}${child.name} `))
  return children.length === 0 || path === "clock " ? [path.trim(), ...below] : below
}
const withoutControl = new Set(["start", "exec", "init", "probe"])

describe("docs/sentinel.md, what each face can do", () => {
  it("R103: HTTP has the endpoints of the contract, no more and no less", () => {
    assert.deepStrictEqual(named(3), endpoints.map(({ route }) => route).toSorted())
  })

  it("R103: by promises each endpoint has its name in the contract", () => {
    assert.deepStrictEqual(named(2), endpoints.map(({ name }) => name).toSorted())
  })

  it("R103: the command has its subcommands", () => {
    const commands = namesBelow(command, "").filter((name) => !withoutControl.has(name))
    assert.deepStrictEqual(named(4), commands.toSorted())
  })

  it.effect("R103: Effect has all of Control", () =>
    Effect.gen(function* () {
      const members = Object.entries(yield* Control).flatMap(([group, value]) =>
        typeof value === "function" ? [group] : Object.keys(value).map((name) => `${group}.${name}`)
      )
      assert.deepStrictEqual(named(1), members.toSorted())
    }).pipe(Effect.provide(layerMemory(SentinelConfig.development()).pipe(Layer.provide(NodeCrypto.layer))))
  )

  it("R103: each gap has its reason", () => {
    const views = new Set(["Requests", "Flows", "Users", "Applications", "Faults", "Clock", "State"])
    for (const row of rows) {
      assert.lengthOf(row, 6)
      for (const cell of row.slice(1, 5)) assert.match(cell, /^`|^no: ./)
      const view = row[5]!
      assert.isTrue(view.startsWith("no: ") || view.split(", ").every((name) => views.has(name)), view)
    }
  })
})
