import type { SignedIn, SignedOut } from "@le-auth/server"
import { html } from "hono/html"

export const page = (session: SignedIn | SignedOut) =>
  session.signedIn
    ? html`<p>Hello ${session.subject}</p>
        <form method="post" action="/auth/sign-out"><button>Sign out</button></form>`
    : html`<p>Hello stranger</p>
        <a href="/auth/login">Sign in</a>`
