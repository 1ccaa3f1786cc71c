/** The pages of signing in and out. */
import { html, join } from "@le-auth/core/shared/Html"
import type { Account, Installation, User } from "../../Directory.ts"
import * as Paths from "../../Paths.ts"
import type { SentinelDialect } from "../../SentinelDialect.ts"
import * as Icon from "../page/Icon.ts"
import type { Content } from "../page/Page.ts"
import type { LoginTicket } from "../request/LoginTickets.ts"
import * as RedirectUris from "../request/RedirectUris.ts"
import type { LoginRefused } from "./Credentials.ts"
import * as FormTargets from "./FormTargets.ts"

const accountName = (account: Account): string => account.name ?? account.id

/** The application that the user signs in to. The initial is a picture of the name, and is not read out. */
const accountCard = ({ id, name }: Account) =>
  html`<div class="account">
    <span class="initial" aria-hidden="true">${[...(name ?? id)][0]?.toUpperCase()}</span>
    <span><strong>${name ?? id}</strong> <small>Account ${name !== undefined && id}</small></span>
  </div>`

/** The digits of a number below 10,000, as classes of the style, which counts down from it without a script. */
const countdown = (seconds: number) => {
  const digits = String(Math.min(seconds, 9999)).padStart(4, "0")
  const classes = ["a", "b", "c", "d"].map((place, index) => `${place}${digits[index]}`).join(" ")
  return html` <span class="countdown ${classes}" aria-hidden="true"></span>`
}

/** The most users that are listed. */
const mostListed = 12

const roleOf = ({ isAdmin, isLpa }: User): string =>
  isAdmin ? "administrator" : isLpa ? "LivePerson administrator" : "agent"

/** The users as buttons of one form, which needs no password. It is the same POST as that of the login form. */
const choices = (users: ReadonlyArray<User>, sealed: string, token: string) =>
  html`<form class="users" method="post" action="${Paths.login}" aria-labelledby="users">
      <input type="hidden" name="request" value="${sealed}" />
      <input type="hidden" name="token" value="${token}" />
      <h2 id="users">Sign in as</h2>
      ${join(
        users.slice(0, mostListed).map((user) => {
          const label = `${user.name ?? user.email}, ${roleOf(user)}`
          return html`<button class="quiet" name="user" value="${user.id}">${label}</button>`
        })
      )}
      ${users.length > mostListed && html`<p>The other ${users.length - mostListed} users sign in below.</p>`}
    </form>
    <h2 class="or">or with a password</h2>`

/** The login form. It works without script, with a keyboard, and with a password manager. */
export const form = (options: {
  readonly account: Account
  readonly installation: Installation
  readonly ticket: LoginTicket
  readonly sealed: string
  readonly token: string
  readonly dialect: SentinelDialect
  /** Those whom a person may choose, without a password. */
  readonly users: ReadonlyArray<User>
  /** The name that the user typed before. */
  readonly email?: string
  readonly failure?: LoginRefused
}): Content => {
  const { account, email, failure, installation, dialect, sealed, ticket, token, users } = options
  const isWrong = failure?.status === 400
  const isTooEarly = failure?.status === 429
  // What is wrong is also read out with the field that has the focus.
  const problem = failure && html` aria-describedby="problem"${isWrong && html` aria-invalid="true"`}`
  return {
    status: failure?.status ?? 200,
    title: `${failure === undefined ? "" : "Problem: "}Sign in to ${accountName(account)}`,
    icon: "key",
    formTargets: FormTargets.of(ticket.redirectUri, installation.redirectUris),
    openerPolicy: dialect.openerPolicy,
    ...(failure?.retryAfter === undefined ? {} : { headers: { "retry-after": String(failure.retryAfter) } }),
    body: html`<h1>Sign in</h1>
      <p class="lead">to continue to <strong>${installation.name}</strong></p>
      ${accountCard(account)}
      ${failure && html`<p role="alert" id="problem">${Icon.small("alert")}<span>${failure.message}${isTooEarly && countdown(failure.retryAfter ?? 0)}</span></p>`}
      ${users.length > 0 && choices(users, sealed, token)}
      <form method="post" action="${Paths.login}">
        <input type="hidden" name="request" value="${sealed}" />
        <input type="hidden" name="token" value="${token}" />
        <label for="username">E-mail address</label>
        <input
          id="username"
          name="username"
          type="email"
          autocomplete="username"
          autocapitalize="none"
          spellcheck="false"
          required${email === undefined && users.length === 0 && html` autofocus`}
          value="${email ?? ""}"
          ${problem}
        />
        <label for="password">Password</label>
        <input
          id="password"
          name="password"
          type="password"
          autocomplete="current-password"
          required${email !== undefined && html` autofocus`}
          ${problem}
        />
        <button type="submit">Sign in</button>
      </form>`
  }
}

/** For a user who comes back to a form that has done its work. */
export const signedIn = (options: {
  readonly account: Account
  readonly installation: Installation
  readonly ticket: LoginTicket
}): Content => ({
  title: "You are signed in",
  icon: "check",
  formTargets: [],
  body: html`<h1>You are signed in</h1>
    <p class="lead">You have already signed in to <strong>${accountName(options.account)}</strong> with this page.</p>
    <a class="button" href="${RedirectUris.originOf(options.ticket.redirectUri)}/"
      >Go to ${options.installation.name}</a
    >
    <form method="post" action="${Paths.logout}">
      <input type="hidden" name="account" value="${options.account.id}" />
      <button class="quiet" type="submit">Sign out</button>
    </form>`
})

/** For a user who took too long. `again` is the way to a fresh login page. */
export const expired = (again: string): Content => ({
  status: 400,
  title: "The login page has expired",
  icon: "alert",
  body: html`<h1>The login page has expired</h1>
    <p class="lead">It was open for too long, so it can no longer be used.</p>
    <a class="button" href="${again}">Try again</a>`
})

/** For a user whom an application, or any other page, has sent to sign out. */
export const signOut = (options: {
  readonly account: Account
  /** The name of the application, if it is known. */
  readonly name: string | undefined
  /** Where to go then, at an origin of the application. */
  readonly target: { readonly clientId: string; readonly uri: string; readonly state: string | undefined } | undefined
}): Content => {
  const { account, name, target } = options
  const hidden = (field: string, value: string | undefined) =>
    value !== undefined && html`<input type="hidden" name="${field}" value="${value}" />`
  return {
    title: "Sign out?",
    icon: "key",
    formTargets: target === undefined ? [] : [RedirectUris.policySourceOf(target.uri)],
    body: html`<h1>Sign out?</h1>
      <p class="lead">
        ${name === undefined ? "A page" : html`<strong>${name}</strong>`} asks to sign you out of
        <strong>${accountName(account)}</strong>. Close this page to stay signed in.
      </p>
      <form method="post" action="${Paths.logout}">
        <input type="hidden" name="account" value="${account.id}" />
        ${hidden("client_id", target?.clientId)} ${hidden("post_logout_redirect_uri", target?.uri)}
        ${hidden("state", target?.state)}
        <button type="submit">Sign out</button>
      </form>`
  }
}

/** For a user who has signed out. */
export const signedOut = (): Content => ({
  title: "You are signed out",
  icon: "check",
  body: html`<h1>You are signed out</h1>
    <p class="lead">Your session in this browser has ended, and applications can no longer renew their access.</p>`
})
