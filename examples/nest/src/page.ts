import type { SignedIn, SignedOut } from "@le-auth/server"
import escapeHtml from "escape-html"

export const page = (session: SignedIn | SignedOut) =>
  session.signedIn
    ? `<p>Hello ${escapeHtml(session.subject)}</p>
      <form method="post" action="/auth/sign-out"><button>Sign out</button></form>`
    : `<p>Hello stranger</p>
      <a href="/auth/login">Sign in</a>`
