/** How an entry of the journal reads, in lists and in detail. */
import { type Html, html, join } from "@le-auth/core/shared/Html"
import type { AccountSettings } from "../../DirectoryEditor.ts"
import { type Entry, isRefusal } from "../../JournalEntry.ts"
import { named } from "./controls.ts"
import { flowAddress } from "./Flow.ts"
import { aboutAddress, clientName, userName } from "./parts.ts"

type Step = Entry["steps"][number]

/** A name in the journal is a link to all entries about it. */
export const about = (value: string): Html => html`<a href="${aboutAddress(value)}"><code>${value}</code></a>`

/** What came of it: an outcome is a word, and its colour says no more than the word. */
export const badge = ({ kind, outcome }: Entry): Html => {
  if (kind === "change") return html`<span class="badge change">change</span>`
  return html`<span class="badge ${isRefusal(outcome) ? "bad" : "good"}">${outcome}</span>`
}

/** `POST token`, or what a change was. */
export const name = ({ kind, method, outcome, route }: Entry): string =>
  kind === "change" ? outcome : `${method ?? ""} ${route ?? ""}`.trim()

/** Which application sent a request, and for which user, as people call them. */
export const parties = (
  { account, client, user }: Entry,
  accounts: ReadonlyArray<AccountSettings>
): Html | undefined => {
  if (account === undefined) return undefined
  const application = client === undefined ? undefined : named(clientName(accounts, account, client))
  const person = user === undefined ? undefined : named(userName(accounts, account, user))
  return application !== undefined && person !== undefined ? html`${application}, ${person}` : (application ?? person)
}

const stepNames: Record<Exclude<keyof Step, "what">, string> = {
  ticket: "sign-in",
  code: "code",
  family: "token family",
  session: "session",
  user: "user",
  accessToken: "access token",
  refreshToken: "refresh token",
  newRefreshToken: "new refresh token"
}

/** What happened while a request was answered, with links to all that it was about. */
export const step = ({ what, ...things }: Step): Html => {
  const known = Object.entries(things).filter(([, value]) => value !== undefined)
  const parts = known.map(
    ([key, value]) =>
      html`<span class="thing"
        ><span class="soft">${stepNames[key as keyof typeof stepNames]}</span> ${about(value)}</span
      >`
  )
  return html`${what}${known.length > 0 && html`<span class="things">${join(parts)}</span>`}`
}

/** Where the flow of an entry is shown, if it is of one. */
export const flowOf = (entry: Entry): string | undefined => {
  const address = flowAddress(entry)
  return address === undefined ? undefined : `/flows/${address}`
}
