/** Where an address leads that people guess, or that was right elsewhere. */
import { type Html, html } from "@le-auth/core/shared/Html"
import * as ContractPaths from "@le-auth/core/shared/ContractPaths"
import * as Paths from "../../Paths.ts"

/** What an address is taken for. */
export type Guess =
  | { readonly _tag: "Start" }
  | { readonly _tag: "Inspector"; readonly path: string }
  | { readonly _tag: "Hint"; readonly hint: Html }

const pattern = (path: string): string => path.replace(":accountId", "{account}")

const hints: ReadonlyArray<readonly [RegExp, Html]> = [
  [
    /\/(?:oauth2?\/)?(?:v\d+\/)?auth(?:orize|orization)?$/,
    html`Applications send their users to <code>${pattern(ContractPaths.authorize)}?v=1.0</code>.`
  ],
  [
    /\/(?:oauth2?\/)?(?:v\d+\/)?token$/,
    html`Applications exchange codes, and refresh, at <code>POST ${pattern(ContractPaths.token)}?v=1.0</code>.`
  ],
  [
    /\/(?:log-?in|sign-?in|sso)$/,
    html`A sign-in begins at an application, which sends its user to
      <code>${pattern(ContractPaths.authorize)}?v=1.0</code>.`
  ],
  [/\/(?:jwks|jwks\.json|keys|certs)$/, html`The keys are at <code>${pattern(ContractPaths.keys)}</code>.`],
  [
    /\/(?:baseURI|domain|service)/i,
    html`The Domain API is at
      <code>${pattern(ContractPaths.service).replace(":service", "{service}")}?version=1.0</code>.`
  ],
  [
    /\/(?:health|healthz|livez|readyz|ready|live|status|ping)$/,
    html`Health is at <a href="${Paths.ready}">${Paths.ready}</a>, and <a href="${Paths.live}">${Paths.live}</a>.`
  ]
]

const starts: ReadonlySet<string> = new Set(["/index.html", "/home", "/start", "/sentinel", "/sentinel/", "/admin"])
const inspector = /^\/(?:inspector|control|journal|requests|flows|users|applications|faults|clock|state)(?:\/|$)/

/** Says what a path was meant to be, if that can be told. */
export const of = (path: string): Guess | undefined => {
  if (starts.has(path.toLowerCase())) return { _tag: "Start" }
  if (inspector.test(path))
    return { _tag: "Inspector", path: /^\/(?:inspector|control|journal)/.test(path) ? "/requests" : path }
  const plain = path.replace(/\/+$/, "")
  const hint = hints.find(([guess]) => guess.test(plain))?.[1]
  if (hint !== undefined) return { _tag: "Hint", hint }
  return plain === path || plain === ""
    ? undefined
    : {
        _tag: "Hint",
        hint: html`Without the slash at its end it would be another address: <code>${plain.slice(0, 200)}</code>.`
      }
}
