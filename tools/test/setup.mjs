// Packages are tested as they are published: packed.
import { built } from "../built.mjs"

const pack = built("pack")

/** @param {import("vitest/node").TestProject} project */
export default ({ name }) => {
  if (name.endsWith("-integration")) pack()
}
