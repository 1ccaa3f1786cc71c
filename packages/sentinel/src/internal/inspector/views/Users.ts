/** The users of all accounts, each with their sessions and tokens. */
import { type Html, html, join } from "@le-auth/core/shared/Html"
import type { UrlParameters } from "@le-auth/core/shared/UrlParameters"
import * as Effect from "effect/Effect"
import type { AccountSettings } from "../../../DirectoryEditor.ts"
import { button, enabling, field, fixed, folded, form, named, option, segment, tick } from "../controls.ts"
import * as List from "../DirectoryList.ts"
import { aboutAddress, cannotLook, head, live, nothing } from "../parts.ts"
import * as SignedIn from "../SignedIn.ts"
import type { View } from "../View.ts"

type User = AccountSettings["users"][number]

/** A user with their account. */
interface Member extends List.Entry {
  readonly user: User
}

const path = "/users"

const addressOf = (member: Member): string => List.address(path, { chosen: List.keyOf(member) })

const requestOf = ({ account, user }: Member, rest = ""): string =>
  `/control/accounts/${segment(account.id)}/users/${segment(user.id)}${rest}`

const isOf = ({ account, user }: Member, owner: { readonly accountId: string; readonly userId: string }): boolean =>
  owner.accountId === account.id && owner.userId === user.id

const badges = ({ enabled, is_admin, is_lpa }: User): Html =>
  html`${!enabled && html`<span class="badge bad">disabled</span>`}
  ${is_admin && html`<span class="badge">administrator</span>`} ${is_lpa && html`<span class="badge">LPA</span>`}`

/** Ten digits, as LivePerson's ids have, after the highest one that there is. */
const nextId = ({ users }: AccountSettings): string | undefined => {
  const numbers = users.map(({ id }) => id).filter((id) => /^[1-9]\d{9}$/.test(id))
  return numbers.length === 0 ? undefined : String(Math.max(...numbers.map(Number)) + 1)
}

const add = (account: AccountSettings): Html =>
  form(
    {
      request: `POST /control/accounts/${segment(account.id)}/users`,
      submit: "Add the user",
      next: List.address(path, { account: account.id }),
      label: "Add a user"
    },
    html`<div class="fields">
        ${field({ label: "Name", name: "name" })}
        ${field({ label: "E-mail address", name: "email", type: "email", isRequired: true })}
        ${field({ label: "Password", name: "password", type: "password", isRequired: true })}
        ${field({ label: "User id", name: "id", value: nextId(account), isRequired: true })}
      </div>
      <div class="ticks">${tick({ label: "Administrator", name: "is_admin" })}</div>`
  )

const change = (member: Member): Html =>
  form(
    {
      request: `PATCH ${requestOf(member)}`,
      submit: "Save",
      next: addressOf(member),
      label: "Change the user"
    },
    html`<div class="fields">
        ${field({ label: "Name", name: "name", value: member.user.name })}
        ${field({ label: "E-mail address", name: "email", type: "email", value: member.user.email, isRequired: true })}
        ${field({ label: "New password", name: "password", type: "password", placeholder: "as it is" })}
      </div>
      <div class="ticks">
        ${tick({ label: "Administrator", name: "is_admin", isTicked: member.user.is_admin })}
        ${tick({ label: "Keep sessions and tokens", name: "keep_sessions" })}
      </div>
      <p class="soft">Another e-mail address or password ends all sessions and tokens, unless they are kept.</p>`
  )

/** The applications that a user can sign in to. */
const tokens = ({ account, user }: Member): Html => {
  const installations = account.installations.filter(
    ({ enabled, grant_types }) => enabled && grant_types.includes("authorization_code")
  )
  if (!user.enabled || installations.length === 0) {
    return nothing(
      user.enabled ? "The account has no application that signs users in." : "Disabled users cannot sign in."
    )
  }
  return html`${form(
      {
        request: "POST /control/tokens",
        submit: "Sign in",
        shows: "tokens",
        isLine: true,
        label: "Sign in as this user"
      },
      html`${fixed("account", account.id)}${fixed("user", user.id)}
        <label
          >At the application<select name="client">
            ${join(installations.map((each) => option(each.client_id, each.display_name ?? each.client_name)))}
          </select></label
        >`
    )}
    <pre id="tokens" class="answer" aria-live="polite" tabindex="0" aria-label="Tokens" hidden></pre>`
}

const signedIn = (
  member: Member,
  accounts: ReadonlyArray<AccountSettings>,
  { families, sessions }: SignedIn.SignedIn
): Html => {
  if (families === undefined || sessions === undefined) return nothing(cannotLook)
  const own = {
    sessions: sessions.newest.filter(({ session }) => isOf(member, session)),
    families: families.newest.filter(({ grant }) => isOf(member, grant))
  }
  return html`<h3>Sessions</h3>
    ${own.sessions.length === 0 ? nothing("They are not signed in.") : SignedIn.list(own.sessions, SignedIn.session)}
    ${
      own.sessions.length > 0 &&
      button({
        id: "sign-out",
        text: "Sign out everywhere",
        request: `POST ${requestOf(member, "/sign-out")}`,
        question: `Sign ${member.name} out everywhere? All their sessions and tokens end.`
      })
    }
    <h3>Tokens</h3>
    ${
      own.families.length === 0
        ? nothing("No application got tokens for them.")
        : SignedIn.list(own.families, (family) => SignedIn.family(accounts, family))
    }`
}

const detail = (member: Member, accounts: ReadonlyArray<AccountSettings>, lists: SignedIn.SignedIn): Html => {
  const { account, name, user } = member
  const able = enabling({
    isEnabled: user.enabled,
    request: requestOf(member),
    question: `Disable ${name}? They can be enabled again, but their sessions and tokens end now.`
  })
  return html`${live(
      "user",
      html`<h2 id="detail-title">${named(name)} ${badges(user)}</h2>
        <dl>
          <dt>E-mail address</dt>
          <dd>${named(user.email)}</dd>
          <dt>User id</dt>
          <dd>
            <a href="${aboutAddress(user.id)}"><code>${user.id}</code></a>
          </dd>
          <dt>Account</dt>
          <dd><code>${account.id}</code> ${account.name !== undefined && named(account.name)}</dd>
        </dl>
        <div class="actions">
          ${able}
          ${button({
            id: "remove",
            text: "Remove",
            request: `DELETE ${requestOf(member)}`,
            question: `Remove ${name}? The user, their password, their sessions and their tokens are lost.`,
            next: path
          })}
        </div>`
    )}
    <section aria-labelledby="tokens-title">
      <h2 id="tokens-title">Sign in as this user</h2>
      <p class="soft">No password and no browser is needed. The journal has the requests.</p>
      ${tokens(member)}
    </section>
    <section aria-labelledby="signed-in-title">
      <h2 id="signed-in-title">Signed in</h2>
      ${live("signed-in", signedIn(member, accounts, lists))}
    </section>
    <section>${folded("change", "Change name, e-mail address, password or role", change(member))}</section>`
}

/** The users who have a session. */
const keysOf = ({ sessions }: SignedIn.SignedIn): ReadonlySet<string> =>
  new Set(sessions?.newest.map(({ session: { accountId, userId } }) => `${accountId}/${userId}`))

const render = (
  accounts: ReadonlyArray<AccountSettings>,
  lists: SignedIn.SignedIn,
  parameters: UrlParameters
): Html => {
  const signedIn = keysOf(lists)
  return html`${head("Users", "All users of all accounts, with their sessions and tokens.")}
  ${List.panes(
    { path, nouns: ["user", "users"], accounts, asked: List.asked(parameters) },
    {
      all: accounts.flatMap((account) =>
        account.users.map((user): Member => ({ account, id: user.id, name: user.name ?? user.email, user }))
      ),
      textOf: ({ user }) => user.email,
      row: (member) =>
        html`<span class="soft">${named(member.user.email)}</span>
          <span class="badges">
            ${signedIn.has(List.keyOf(member)) && html`<span class="badge good">signed in</span>`}
            ${badges(member.user)}
          </span>`
    },
    { add, detail: (member) => detail(member, accounts, lists) }
  )}`
}

export const users: View = {
  path,
  title: "Users",
  render: ({ control, parameters }) =>
    Effect.map(Effect.all([control.accounts.list, SignedIn.read(control)]), ([accounts, lists]) =>
      render(accounts, lists, parameters)
    )
}
