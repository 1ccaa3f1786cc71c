/** A fixture page as a bundler makes it. */
import * as Path from "node:path"
import { type Bundle, bundlers } from "../../../tools/bundle.ts"

export const bundle = (fixture: string): Promise<Bundle> =>
  bundlers.rolldown(Path.join(import.meta.dirname, "fixture", fixture))
