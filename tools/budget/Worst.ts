// The dearest requests that the search has found, which stay within the budget from then on.
import fs from "node:fs"
import { fileURLToPath } from "node:url"
import type { Recipe } from "./Recipe.ts"

export const worst = fileURLToPath(new URL("worst.json", import.meta.url))

const all: Record<string, ReadonlyArray<Recipe>> = fs.existsSync(worst)
  ? JSON.parse(fs.readFileSync(worst, "utf8"))
  : {}

export const kept = (target: string) => all[target] ?? []
