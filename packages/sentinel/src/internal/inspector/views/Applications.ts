/** Which applications may sign users in or act for themselves, and what an account has behind its services. */
import { GrantType } from "@le-auth/core/InstallationDocument"
import { type Html, html, join } from "@le-auth/core/shared/Html"
import type { UrlParameters } from "@le-auth/core/shared/UrlParameters"
import * as Effect from "effect/Effect"
import type { AccountSettings } from "../../../DirectoryEditor.ts"
import type { Stub } from "../../../Stub.ts"
import { button, enabling, field, fixed, folded, form, idOf, named, option, segment, tick } from "../controls.ts"
import * as List from "../DirectoryList.ts"
import { aboutAddress, cannotLook, head, live, nothing } from "../parts.ts"
import * as SignedIn from "../SignedIn.ts"
import type { View } from "../View.ts"

type Installation = AccountSettings["installations"][number]

/** An application in an account. */
interface Installed extends List.Entry {
  readonly installation: Installation
}

const path = "/applications"

const addressOf = (installed: Installed): string => List.address(path, { chosen: List.keyOf(installed) })

const accountPath = (account: AccountSettings): string => `/control/accounts/${segment(account.id)}`

const requestOf = ({ account, id }: Installed): string => `${accountPath(account)}/installations/${segment(id)}`

const grantNames: Readonly<Record<GrantType, string>> = {
  authorization_code: "Users sign in",
  refresh_token: "Refreshes",
  client_credentials: "Acts for itself"
}

const badges = ({ enabled, grant_types }: Installation): Html =>
  html`${!enabled && html`<span class="badge bad">disabled</span>`}
  ${grant_types.includes("client_credentials") && html`<span class="badge">acts for itself</span>`}`

const grants = (ticked: ReadonlyArray<GrantType>): Html =>
  html`<fieldset>
    <legend>Grant types</legend>
    <div class="ticks">
      ${join(
        GrantType.literals.map((type) =>
          tick({
            label: `${grantNames[type]}: ${type}`,
            name: "grant_types[]",
            value: type,
            isTicked: ticked.includes(type)
          })
        )
      )}
    </div>
  </fieldset>`

/** In the manner of the built-in ones, which are easily told apart: `44444444-4444-4444-8444-444444444444`. */
const nextId = ({ installations }: AccountSettings): string | undefined => {
  const ids = Array.from("123456789abcdef", (digit) => "dddddddd-dddd-4ddd-8ddd-dddddddddddd".replaceAll("d", digit))
  return ids.find((id) => installations.every(({ client_id }) => client_id !== id))
}

const add = (account: AccountSettings): Html =>
  form(
    {
      request: `POST ${accountPath(account)}/installations`,
      submit: "Add the application",
      next: List.address(path, { account: account.id }),
      label: "Add an application"
    },
    html`<div class="fields">
        ${field({ label: "Name", name: "client_name", placeholder: "com.example.app", isRequired: true })}
        ${field({ label: "Client id", name: "client_id", value: nextId(account), isRequired: true })}
        ${field({ label: "Client secret", name: "client_secret", type: "password" })}
        ${field({ label: "Redirect URI", name: "redirect_uris[]", type: "url", placeholder: "http://localhost:3000/callback" })}
        ${field({ label: "Scope", name: "scope", placeholder: "none" })}
      </div>
      ${grants(["authorization_code", "refresh_token"])}`
  )

const change = (installed: Installed): Html => {
  const { client_name, display_name, grant_types, scope } = installed.installation
  return form(
    {
      request: `PATCH ${requestOf(installed)}`,
      submit: "Save",
      next: addressOf(installed),
      label: "Change the application"
    },
    html`<div class="fields">
        ${field({ label: "Name", name: "client_name", value: client_name, isRequired: true })}
        ${field({ label: "What people see", name: "display_name", value: display_name })}
        ${field({ label: "Scope", name: "scope", value: scope })}
        ${field({ label: "New client secret", name: "client_secret", type: "password", placeholder: "as it is" })}
      </div>
      ${grants(grant_types)}
      <div class="ticks">${tick({ label: "Keep tokens", name: "keep_sessions" })}</div>
      <p class="soft">Another secret ends all tokens, unless they are kept.</p>`
  )
}

const redirectUri = (installed: Installed, uri: string): Html =>
  html`<li class="item">
    <div><code>${uri}</code></div>
    ${button({
      id: idOf("uri", uri),
      text: "Remove",
      label: `Remove ${uri}`,
      request: `PATCH ${requestOf(installed)}`,
      body: { redirect_uris: installed.installation.redirect_uris.filter((each) => each !== uri) },
      isSmall: true
    })}
  </li>`

const redirectUris = (installed: Installed): Html => {
  const { redirect_uris } = installed.installation
  return redirect_uris.length === 0
    ? nothing("None is registered.")
    : html`<ul class="items">
        ${join(redirect_uris.map((uri) => redirectUri(installed, uri)))}
      </ul>`
}

const register = (installed: Installed): Html =>
  form(
    {
      request: `PATCH ${requestOf(installed)}`,
      submit: "Register this address",
      next: addressOf(installed),
      label: "Register a redirect URI",
      isLine: true
    },
    html`${join(installed.installation.redirect_uris.map((uri) => fixed("redirect_uris[]", uri)))}
    ${field({
      label: "Another redirect URI",
      name: "redirect_uris[]",
      type: "url",
      placeholder: "http://localhost:5173/callback",
      isRequired: true
    })}`
  )

const families = (installed: Installed, accounts: ReadonlyArray<AccountSettings>, lists: SignedIn.SignedIn): Html => {
  if (lists.families === undefined) return nothing(cannotLook)
  const own = lists.families.newest.filter(
    ({ grant }) => grant.accountId === installed.account.id && grant.clientId === installed.id
  )
  return own.length === 0
    ? nothing("It got no tokens of users.")
    : SignedIn.list(own, (family) => SignedIn.family(accounts, family))
}

const term = (name: string, value: Html | string | undefined): Html =>
  value === undefined
    ? html``
    : html`<dt>${name}</dt>
        <dd>${value}</dd>`

const detail = (installed: Installed, accounts: ReadonlyArray<AccountSettings>, lists: SignedIn.SignedIn): Html => {
  const { account, installation, name } = installed
  const able = enabling({
    isEnabled: installation.enabled,
    request: requestOf(installed),
    question: `Disable ${name}? It can be enabled again, but the tokens that it has end now.`
  })
  return html`${live(
      "application",
      html`<h2 id="detail-title">${named(name)} ${badges(installation)}</h2>
        <dl>
          ${term("Client id", html`<a href="${aboutAddress(installed.id)}"><code>${installed.id}</code></a>`)}
          ${term("Client secret", html`<span class="soft">never shown</span>`)}
          ${term("Name", named(installation.client_name))}
          ${term("Description", installation.description === undefined ? undefined : named(installation.description))}
          ${term("Account", html`<code>${account.id}</code> ${account.name !== undefined && named(account.name)}`)}
          ${term("Grant types", installation.grant_types.join(", "))}
          ${term("Scope", installation.scope ?? html`<span class="soft">none</span>`)}
        </dl>
        <div class="actions">
          ${able}
          ${button({
            id: "remove",
            text: "Remove",
            request: `DELETE ${requestOf(installed)}`,
            question: `Remove ${name}? Its settings, its secret and the tokens that it has are lost.`,
            next: path
          })}
        </div>`
    )}
    <section aria-labelledby="uris-title">
      <h3 id="uris-title">Redirect URIs</h3>
      ${live("uris", redirectUris(installed))} ${register(installed)}
    </section>
    <section aria-labelledby="families-title">
      <h3 id="families-title">Tokens</h3>
      ${live("families", families(installed, accounts, lists))}
    </section>
    <section>
      ${folded("change", "Change name, scope, secret or grant types", change(installed))}
      ${folded(
        "document",
        "The whole document",
        live(
          "whole",
          html`<pre class="answer" tabindex="0" aria-label="The whole document">
${JSON.stringify(installation, undefined, 2)}</pre>`
        )
      )}
    </section>`
}

const service = (account: AccountSettings, [name, host]: readonly [string, string]): Html =>
  html`<li class="item">
    <div><code>${name}</code> <span class="soft">is at</span> <code>${host}</code></div>
    ${button({
      id: idOf("service", name),
      text: "Remove",
      label: `Remove ${name}`,
      request: `DELETE ${accountPath(account)}/services/${segment(name)}`,
      isSmall: true
    })}
  </li>`

const stub = (
  account: AccountSettings,
  name: string,
  { json, route, scope, status, text, token = "any" }: Stub
): Html =>
  html`<li class="item">
    <div>
      <code>${route}</code><br />
      <span class="soft"
        >${name}, answers ${status ?? 200}${json !== undefined && " with JSON"}${text !== undefined && " with text"};
        token: ${token}${scope !== undefined && `, scope ${scope}`}</span
      >
    </div>
    ${button({
      id: idOf("stub", name, route),
      text: "Remove",
      label: `Remove ${route} of ${name}`,
      request: `DELETE ${accountPath(account)}/stubs/${segment(name)}?route=${segment(route)}`,
      question: `Remove this stub? Its answer is lost, and the route of ${name} answers 404.`,
      isSmall: true
    })}
  </li>`

const services = (account: AccountSettings): Html => {
  const elsewhere = Object.entries(account.services ?? {})
  const stubs = Object.entries(account.stubs ?? {}).flatMap(([name, some]) => some.map((one) => [name, one] as const))
  return html`<h3>Elsewhere</h3>
    ${
      elsewhere.length === 0
        ? nothing("All services are at Sentinel.")
        : html`<ul class="items">
            ${join(elsewhere.map((each) => service(account, each)))}
          </ul>`
    }
    <h3>Stubs</h3>
    ${
      stubs.length === 0
        ? nothing("No service has a stub.")
        : html`<ul class="items">
            ${join(stubs.map(([name, one]) => stub(account, name, one)))}
          </ul>`
    }`
}

const serviceName = field({ label: "Service", name: "service", placeholder: "msgHist", isRequired: true })

const addService = (account: AccountSettings): Html =>
  form(
    {
      request: `PUT ${accountPath(account)}/services/:service`,
      submit: "Say where it is",
      resets: true,
      label: "A service elsewhere"
    },
    html`<div class="fields">
      ${serviceName} ${field({ label: "Host", name: "host", placeholder: "localhost:7000", isRequired: true })}
    </div>`
  )

const tokensOf = ["any", "user", "application", "none"] as const

const addStub = (account: AccountSettings): Html =>
  form(
    { request: `POST ${accountPath(account)}/stubs/:service`, submit: "Add the stub", resets: true, label: "A stub" },
    html`<div class="fields">
        ${serviceName}
        ${field({
          label: "Route",
          name: "route",
          placeholder: "GET /api/account/{account}/lambdas",
          isRequired: true
        })}
        <label
          >Token<select name="token">
            ${join(tokensOf.map((each) => option(each, each)))}
          </select></label
        >
        ${field({ label: "Status", name: "status", type: "number", placeholder: "200" })}
      </div>
      <label
        >JSON of the answer<textarea name="json" data-json rows="4" spellcheck="false" placeholder="[]"></textarea>
      </label>`
  )

const accountPart = (subject: List.Subject): Html => {
  const account = List.accountOf(subject)
  if (account === undefined) return html``
  return html`<section class="card" aria-labelledby="services-title">
    <h2 id="services-title">Services of account ${named(account.name ?? account.id)}</h2>
    ${live("services", services(account))} ${folded("add-service", "Say where a service is", addService(account))}
    ${folded("add-stub", "Add a stub", addStub(account))}
  </section>`
}

const accountRow = (account: AccountSettings): Html =>
  html`<li class="item">
    <div>
      <a href="${List.address(path, { account: account.id })}"><code>${account.id}</code></a>
      ${account.name !== undefined && named(account.name)}<br />
      <span class="soft">
        ${account.users.length.toLocaleString("en")} users, ${account.installations.length.toLocaleString("en")}
        applications
      </span>
    </div>
    ${button({
      id: idOf("account", account.id),
      text: "Remove",
      label: `Remove account ${account.id}`,
      request: `DELETE ${accountPath(account)}`,
      question:
        `Remove account ${account.id}? Its ${account.users.length} users and ${account.installations.length} ` +
        "applications, their passwords, secrets, sessions and tokens, its services and stubs are lost.",
      next: path,
      isSmall: true
    })}
  </li>`

const addAccount = form(
  { request: "POST /control/accounts", submit: "Add the account", resets: true, label: "Add an account" },
  html`${fixed("users", [])}${fixed("installations", [])}
    <div class="fields">
      ${field({ label: "Account id", name: "id", isRequired: true, placeholder: "87654321" })}
      ${field({ label: "Name", name: "name" })}
    </div>`
)

/** The most accounts that the page has. */
const mostAccounts = 50

const accountsPart = (accounts: ReadonlyArray<AccountSettings>): Html =>
  html`<section class="card" aria-labelledby="accounts-title">
    <h2 id="accounts-title">Accounts</h2>
    ${live(
      "accounts",
      html`<ul class="items">
          ${join(accounts.slice(0, mostAccounts).map(accountRow))}
        </ul>
        ${accounts.length > mostAccounts && html`<p class="soft">The first ${mostAccounts} of ${accounts.length}.</p>`}`
    )}
    ${folded("add-account", "Add an account", addAccount)}
  </section>`

const render = (
  accounts: ReadonlyArray<AccountSettings>,
  lists: SignedIn.SignedIn,
  parameters: UrlParameters
): Html => {
  const subject: List.Subject = {
    path,
    nouns: ["application", "applications"],
    accounts,
    asked: List.asked(parameters)
  }
  return html`${head("Applications", "What may sign users in, or act for itself, and the services of an account.")}
  ${List.panes(
    subject,
    {
      all: accounts.flatMap((account) =>
        account.installations.map((installation): Installed => ({
          account,
          id: installation.client_id,
          name: installation.display_name ?? installation.client_name,
          installation
        }))
      ),
      textOf: ({ installation: { client_name, redirect_uris } }) => [client_name, ...redirect_uris].join("\n"),
      row: ({ installation }) =>
        html`<span class="soft"
            >${installation.redirect_uris[0] ?? installation.scope ?? installation.client_name}</span
          >
          <span class="badges">${badges(installation)}</span>`
    },
    { add, detail: (installed) => detail(installed, accounts, lists) }
  )}
  ${accountPart(subject)} ${accountsPart(accounts)}`
}

export const applications: View = {
  path,
  title: "Applications",
  render: ({ control, parameters }) =>
    Effect.map(Effect.all([control.accounts.list, SignedIn.read(control)]), ([accounts, lists]) =>
      render(accounts, lists, parameters)
    )
}
