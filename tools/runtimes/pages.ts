// The browsers of the matrix: a page of the tests of `packages/browser`, with their backend and Sentinel, in each of
// them.
import { round } from "../../packages/browser/test/browsers/Round.ts"
import { browsers as driven } from "../browsers.ts"
import { lowest } from "../installed-browser.ts"
import * as webkit from "../webkit.ts"
import type { Row } from "./table.ts"

const rowOf = (name: string, lowest: string | number, launch: Parameters<typeof round>[0]): Row => ({
  name,
  // Those of the machine, which are not the same everywhere: the launch refuses older ones.
  version: () => `${lowest} or newer`,
  cells: { pages: () => round(launch) }
})

export const browsers = [
  ...driven.map(({ launch, name }) => rowOf(name, lowest[name], () => launch())),
  rowOf("WebKitGTK", webkit.lowest, webkit.launch as any)
]
