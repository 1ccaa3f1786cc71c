// The dearest requests that the search has found, which stay within the budget from then on.
import fs from "node:fs"
import { fileURLToPath } from "node:url"

export const worst = fileURLToPath(new URL("worst.json", import.meta.url))

/** @type {Record<string, ReadonlyArray<import("./Recipe.ts").Recipe>>} */
const all = fs.existsSync(worst) ? JSON.parse(fs.readFileSync(worst, "utf8")) : {}

/** @param {string} target */
export const kept = (target) => all[target] ?? []
