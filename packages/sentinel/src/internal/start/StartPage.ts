/** The start page: what this Sentinel has, and what a program needs to use it. */
import { type Html, html, join } from "@le-auth/core/shared/Html"
import * as Redacted from "effect/Redacted"
import type { AccountSettings, InstallationSettings, UserSettings } from "../../DirectoryEditor.ts"
import type { Content } from "../page/Page.ts"
import * as Paths from "../../Paths.ts"
import * as SentinelConfig from "../../SentinelConfig.ts"
import * as Settings from "./Settings.ts"

/** What the page shows. */
export interface View {
  readonly accounts: ReadonlyArray<AccountSettings>
  /** Where the browser found it. */
  readonly origin: string
  /** Where the inspector is. */
  readonly inspector: string | undefined
  /** Whether users are shown. */
  readonly seesUsers: boolean
  /** Whether well-known passwords and secrets are shown. */
  readonly seesBuiltIn: boolean
}

/** The most accounts, users of an account, and applications of an account. */
const most = 20

const more = (count: number, what: string) => count > most && html`<p class="soft">and ${count - most} more ${what}</p>`

const wellKnown = SentinelConfig.development().accounts[0]

const textOf = (secret: Redacted.Redacted<string> | undefined): string | undefined =>
  secret === undefined ? undefined : Redacted.value(secret)

const passwordOf = (accountId: string, { email, id }: UserSettings): string | undefined =>
  accountId === wellKnown.id
    ? textOf(wellKnown.users.find((user) => user.id === id && user.email === email)?.password)
    : undefined

const secretOf = (accountId: string, { client_id }: InstallationSettings): string | undefined =>
  accountId === wellKnown.id
    ? textOf(wellKnown.installations.find((one) => one.client_id === client_id)?.client_secret)
    : undefined

const roleOf = ({ is_admin, is_lpa }: UserSettings): string =>
  is_admin ? "administrator" : is_lpa ? "LivePerson administrator" : "agent"

const user = (accountId: string, one: UserSettings, isBuiltIn: boolean): Html => {
  const password = isBuiltIn ? passwordOf(accountId, one) : undefined
  return html`<li>
    <strong>${one.name ?? one.email}</strong>, ${roleOf(one)}${!one.enabled && ", disabled"}<br />
    <code>${one.email}</code>${password !== undefined && html`, password <code>${password}</code>`}
  </li>`
}

const users = ({ id, users }: AccountSettings, { seesBuiltIn, seesUsers }: View): Html =>
  html`<h3>Users</h3>
    ${
      seesUsers
        ? html`<ul class="plain">
              ${join(users.slice(0, most).map((one) => user(id, one, seesBuiltIn)))}
            </ul>
            ${more(users.length, "users")}`
        : html`<p class="soft">
            ${users.length === 1 ? "1 user" : `${users.length} users`}. They are listed for the built-in configuration
            on this computer, or with <code>--quick-sign-in</code>.
          </p>`
    }`

const copy = ({ name, note, text }: Settings.Copy, of: string): Html =>
  html`<h4>${name}</h4>
    ${note !== undefined && html`<p>${note}</p>`}
    <pre tabindex="0" role="region" aria-label="Settings of ${of} for ${name}"><code>${text}</code></pre>`

const application = (account: AccountSettings, one: InstallationSettings, view: View): Html => {
  const name = one.display_name ?? one.client_name
  const secret = view.seesBuiltIn ? secretOf(account.id, one) : undefined
  return html`<li>
    <strong>${name}</strong>${!one.enabled && ", disabled"}<br />
    client id <code>${one.client_id}</code>${secret !== undefined && html`, secret <code>${secret}</code>`}
    ${
      one.grant_types.includes("authorization_code") &&
      html`<p>
        Callbacks:
        ${join(one.redirect_uris.slice(0, most).map((uri, index) => html`${index > 0 && ", "}<code>${uri}</code>`))}${
          one.any_loopback_redirect === true && ", and every other address of localhost, 127.0.0.1 and [::1]"
        }
      </p>`
    }
    ${
      one.grant_types.includes("client_credentials") &&
      html`<p>App tokens${one.scope !== undefined && html` of the scope <code>${one.scope}</code>`}</p>`
    }
    <details>
      <summary>Settings of ${name}</summary>
      ${join(Settings.copies(one, { accountId: account.id, origin: view.origin, secret }).map((each) => copy(each, name)))}
    </details>
  </li>`
}

const account = (one: AccountSettings, view: View): Html =>
  html`<section aria-labelledby="account-${one.id}">
    <h2 id="account-${one.id}">${one.name ?? `Account ${one.id}`}</h2>
    <p>Account <code>${one.id}</code></p>
    ${users(one, view)}
    <h3>Applications</h3>
    <ul class="plain">
      ${join(one.installations.slice(0, most).map((each) => application(one, each, view)))}
    </ul>
    ${more(one.installations.length, "applications")}
  </section>`

const links = ({ inspector }: View): Html =>
  html`<ul class="ways">
    ${
      inspector !== undefined &&
      html`<li><a href="${inspector}/requests">Inspector</a>: what is asked and decided, faults, clock, users</li>
        <li><a href="${inspector}/control/openapi.json">Everything that Sentinel can be told</a>, as OpenAPI</li>`
    }
    <li><a href="${Paths.ready}">Health</a></li>
    <li>
      <a href="https://developers.liveperson.com/installing-conversational-cloud-applications.html"
        >How LivePerson installs applications</a
      >
    </li>
  </ul>`

/** The content of the page. */
export const content = (view: View): Content => ({
  title: "Sentinel",
  icon: "home",
  isWide: true,
  body: html`<h1>Sentinel is running</h1>
    <p class="lead">
      Programs sign users in here as they do at LivePerson. Give a program the settings of an application below, or only
      <code>LE_AUTH_DOMAIN_API=${view.origin}</code> if it has the others.
    </p>
    ${links(view)} ${join(view.accounts.slice(0, most).map((one) => account(one, view)))}
    ${more(view.accounts.length, "accounts")}`
})
