// What whole page programs weigh (redirect, return, session), minified and gzipped, and the budgets of ours.
import { fileURLToPath } from "node:url"

import { bundlers } from "../../bundle.ts"

const ours = {
  plain: "Plain.ts",
  popup: "PlainPopup.ts",
  whole: "PlainWhole.ts",
  effect: "EffectPage.ts",
  bare: "BareEffect.ts",
  both: "EffectAdded.ts"
}

/** The two smallest come first: they are installed with the workspace, so that its tests compare with them. */
export const peers = {
  "@badgateway/oauth2-client": "Badgateway.ts",
  oauth4webapi: "Oauth4webapi.ts",
  "oidc-client-ts": "OidcClient.ts",
  "@azure/msal-browser": "Msal.ts"
}

export const program = (file: string, bundler: keyof typeof bundlers) =>
  bundlers[bundler](fileURLToPath(new URL(file, import.meta.url)))

/** Kilobytes of 1000, as the budgets are. */
const kilobytes = (bytes: number) => Math.round(bytes / 10) / 100

export async function measure(bundler: keyof typeof bundlers, against: readonly (keyof typeof peers)[]) {
  const weigh = async (file: string) => (await program(file, bundler)).gzipped
  const plain = await weigh(ours.plain)
  const popup = await weigh(ours.popup)
  const whole = await weigh(ours.whole)
  const effect = await weigh(ours.effect)
  const bare = await weigh(ours.bare)
  const onTop = (await weigh(ours.both)) - bare
  const rows: [name: string, bytes: number][] = [
    ["le-auth's page", plain],
    ["le-auth's page, with popup", popup],
    ["le-auth's page, all of it", whole],
    ["le-auth, Effect modules", effect],
    ["effect alone, with a schema class", bare],
    ["le-auth's Effect modules, on top of that", onTop]
  ]
  for (const name of against) rows.push([name, await weigh(peers[name])])
  const smallest = rows.slice(6).toSorted(([, a], [, b]) => a - b)[0] ?? ["no peer", Number.POSITIVE_INFINITY]
  const budgets: [what: string, bytes: number, most: number][] = [
    ["the page", plain, 3300],
    [`the page, beside ${smallest[0]}`, plain, smallest[1]],
    ["the page with popup", popup, 3300],
    ["all of the page", whole, 4800],
    ["the Effect modules", effect, 30_000],
    ["the Effect modules, on top of effect alone", onTop, 6000]
  ]
  return {
    rows: rows.map(([name, bytes]) => ({ name, kilobytes: kilobytes(bytes) })),
    budgets: budgets.map(([what, bytes, most]) => ({
      holds: bytes <= most,
      text: `${what}: ${kilobytes(bytes)} kB; the budget is ${kilobytes(most)} kB`
    }))
  }
}
