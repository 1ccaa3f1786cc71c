/**
 * The two panes of the views of users and applications: a list with a filter, of which a part is shown, and what is
 * known of the one that was chosen. The address names the filter and the chosen one.
 */
import { type Html, html, join } from "@le-auth/core/shared/Html"
import type { UrlParameters } from "@le-auth/core/shared/UrlParameters"
import type { AccountSettings } from "../../DirectoryEditor.ts"
import { folded, idOf, named, option } from "./controls.ts"
import { live, nothing } from "./parts.ts"

/** A user or an application, with its account. */
export interface Entry {
  readonly account: AccountSettings
  readonly id: string
  /** What people call it. */
  readonly name: string
}

/** What an address asks of such a view. */
export interface Asked {
  readonly text: string
  readonly account: string | undefined
  readonly from: number
  readonly chosen: string | undefined
}

/** The most of a list that one page has. */
const most = 50

/** Reads it from the query of the address. */
export const asked = (parameters: UrlParameters): Asked => {
  const from = Number(parameters.get("from") ?? 0)
  return {
    text: parameters.get("text") ?? "",
    account: parameters.get("account"),
    from: Number.isSafeInteger(from) && from > 0 ? from : 0,
    chosen: parameters.get("chosen")
  }
}

/** The address of a view with these parameters. */
export const address = (path: string, { account, chosen, from = 0, text = "" }: Partial<Asked>): string => {
  const query = new URLSearchParams({
    ...(text !== "" && { text }),
    ...(account !== undefined && { account }),
    ...(from > 0 && { from: String(from) }),
    ...(chosen !== undefined && { chosen })
  }).toString()
  return query === "" ? path : `${path}?${query}`
}

/** How an address names an entry. No account id has a slash. */
export const keyOf = ({ account, id }: Entry): string => `${account.id}/${id}`

/** What a view of this kind is about. */
export interface Subject {
  readonly path: string
  /** One and many. */
  readonly nouns: readonly [one: string, many: string]
  readonly accounts: ReadonlyArray<AccountSettings>
  readonly asked: Asked
}

/** What the list is made of. */
export interface Entries<A extends Entry> {
  readonly all: ReadonlyArray<A>
  /** Where a filter looks, beside the name, the id and the account. */
  readonly textOf: (entry: A) => string
  /** What stands below the name in the list. */
  readonly row: (entry: A) => Html
}

const accountName = ({ id, name }: AccountSettings): string => (name === undefined ? id : `${name}, ${id}`)

const matching = <A extends Entry>({ account, text }: Asked, { all, textOf }: Entries<A>): ReadonlyArray<A> => {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return all.filter((entry) => {
    if (account !== undefined && entry.account.id !== account) return false
    const whole = [entry.name, entry.id, accountName(entry.account), textOf(entry)].join("\n").toLowerCase()
    return words.every((word) => whole.includes(word))
  })
}

const filter = ({ accounts, asked, nouns, path }: Subject): Html =>
  html`<form class="filter" method="get" action="${path}" role="search" aria-label="Filter ${nouns[1]}">
    <label>Filter<input type="search" name="text" value="${asked.text}" autocomplete="off" spellcheck="false" /></label>
    ${
      accounts.length > 1 &&
      html`<label
        >Account<select name="account">
          ${option("", "All accounts")}
          ${join(accounts.map((each) => option(each.id, accountName(each), each.id === asked.account)))}
        </select></label
      >`
    }
    <button class="quiet">Filter</button>
  </form>`

const pages = (path: string, asked: Asked, found: number): Html => {
  if (found <= most) return html``
  const link = (from: number, text: string) =>
    from < 0 || from >= found
      ? undefined
      : html`<a class="button quiet small" href="${address(path, { ...asked, from })}">${text}</a>`
  return html`<nav class="actions" aria-label="Pages">
    ${asked.from > 0 && link(Math.max(asked.from - most, 0), "Previous")} ${link(asked.from + most, "Next")}
  </nav>`
}

const count = (count: number, [one, many]: readonly [string, string]): string =>
  `${count.toLocaleString("en")} ${count === 1 ? one : many}`

const summary = ({ asked, nouns }: Subject, found: number, all: number): string => {
  const of = found === all ? count(all, nouns) : `${found.toLocaleString("en")} of ${count(all, nouns)}`
  return found > most ? `${of}, here ${asked.from + 1} to ${Math.min(found, asked.from + most)}.` : `${of}.`
}

const entry = <A extends Entry>(subject: Subject, { row }: Entries<A>, one: A): Html => {
  const chosen = keyOf(one)
  const isChosen = chosen === subject.asked.chosen
  return html`<li>
    <a
      class="row-link"
      id="${idOf("open", one.account.id, one.id)}"
      href="${address(subject.path, { ...subject.asked, chosen })}"
      ${isChosen && html` aria-current="true"`}
    >
      <strong>${named(one.name)}</strong>${row(one)}
    </a>
  </li>`
}

const list = <A extends Entry>(subject: Subject, entries: Entries<A>): Html => {
  const found = matching(subject.asked, entries)
  const shown = found.slice(subject.asked.from, subject.asked.from + most)
  const [one, many] = subject.nouns
  return html`<p class="soft">${summary(subject, found.length, entries.all.length)}</p>
    ${
      shown.length === 0
        ? nothing(entries.all.length === 0 ? `There are no ${many}.` : `No ${one} is here. Try another filter.`)
        : html`<ul class="rows">
            ${join(shown.map((one) => entry(subject, entries, one)))}
          </ul>`
    }
    ${pages(subject.path, subject.asked, found.length)}`
}

/** The account that something is added to: the one of the filter, else the first. */
export const accountOf = ({ accounts, asked: { account } }: Subject): AccountSettings | undefined =>
  accounts.find(({ id }) => id === account) ?? accounts[0]

const adding = (subject: Subject, form: (account: AccountSettings) => Html): Html => {
  const account = accountOf(subject)
  if (account === undefined) return html``
  const [one] = subject.nouns
  const where = subject.accounts.length > 1 ? ` to ${accountName(account)}` : ""
  return folded("add", `Add ${/^[aeio]/.test(one) ? "an" : "a"} ${one}${where}`, form(account))
}

/** Both panes. `add` is the form that adds an entry, `detail` what is known of the chosen one. */
export const panes = <A extends Entry>(
  subject: Subject,
  entries: Entries<A>,
  parts: {
    readonly add: (account: AccountSettings) => Html
    readonly detail: (entry: A) => Html
  }
): Html => {
  const { asked, nouns, path } = subject
  const chosen = entries.all.find((each) => keyOf(each) === asked.chosen)
  const back = html`<p class="back"><a href="${address(path, { ...asked, chosen: undefined })}">All ${nouns[1]}</a></p>`
  return html`<div class="panes${asked.chosen !== undefined && " has-detail"}">
    <section class="card list" aria-label="${nouns[1]}">
      ${filter(subject)} ${live("list", list(subject, entries))} ${adding(subject, parts.add)}
    </section>
    ${
      asked.chosen !== undefined &&
      html`<section class="card detail" aria-labelledby="detail-title">
        ${back}
        ${
          chosen === undefined
            ? html`<h2 id="detail-title">Not here</h2>
                ${nothing(`This ${nouns[0]} is not here, or not any more.`)}`
            : parts.detail(chosen)
        }
      </section>`
    }
  </div>`
}
