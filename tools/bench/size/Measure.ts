// What whole page programs weigh (redirect, return, session), minified and gzipped, and the budgets of ours.
import { fileURLToPath } from "node:url"

import { bundlers } from "../../bundle.ts"

const ours = {
  plain: "Plain.mjs",
  popup: "PlainPopup.mjs",
  effect: "EffectPage.mjs",
  bare: "BareEffect.mjs",
  both: "EffectAdded.mjs"
}

/** The two smallest come first: they are installed with the workspace, so that its tests compare with them. */
export const peers = {
  "@badgateway/oauth2-client": "Badgateway.mjs",
  oauth4webapi: "Oauth4webapi.mjs",
  "oidc-client-ts": "OidcClient.mjs",
  "@azure/msal-browser": "Msal.mjs"
}

/** @param {string} file @param {keyof typeof bundlers} bundler */
export const program = (file, bundler) => bundlers[bundler](fileURLToPath(new URL(file, import.meta.url)))

/** Kilobytes of 1000, as the budgets are. */
const kilobytes = (/** @type {number} */ bytes) => Math.round(bytes / 10) / 100

/**
 * @param {keyof typeof bundlers} bundler
 * @param {readonly (keyof typeof peers)[]} against
 */
export async function measure(bundler, against) {
  const weigh = async (/** @type {string} */ file) => (await program(file, bundler)).gzipped
  const plain = await weigh(ours.plain)
  const effect = await weigh(ours.effect)
  const bare = await weigh(ours.bare)
  /** @type {[name: string, bytes: number][]} */
  const rows = [
    ["le-auth, plain", plain],
    ["le-auth, plain, with popup", await weigh(ours.popup)],
    ["le-auth, Effect modules", effect],
    ["effect alone, with a schema class", bare],
    ["le-auth's Effect modules, on top of that", (await weigh(ours.both)) - bare]
  ]
  for (const name of against) rows.push([name, await weigh(peers[name])])
  const smallest = rows.slice(5).toSorted(([, a], [, b]) => a - b)[0] ?? ["no peer", Number.POSITIVE_INFINITY]
  /** @type {[what: string, bytes: number, most: number][]} */
  const budgets = [
    ["the plain entry", plain, 3300],
    [`the plain entry, beside ${smallest[0]}`, plain, smallest[1]],
    ["the plain entry with popup", rows[1]?.[1] ?? Number.NaN, 3300],
    ["the Effect modules", effect, 30_000],
    ["the Effect modules, on top of effect alone", rows[4]?.[1] ?? Number.NaN, 6000]
  ]
  return {
    rows: rows.map(([name, bytes]) => ({ name, kilobytes: kilobytes(bytes) })),
    budgets: budgets.map(([what, bytes, most]) => ({
      holds: bytes <= most,
      text: `${what}: ${kilobytes(bytes)} kB; the budget is ${kilobytes(most)} kB`
    }))
  }
}
