import type { SessionView } from "@le-auth/core/SessionView"
import escapeHtml from "escape-html"

export const page = (session: SessionView) =>
  session.signedIn
    ? `<p>Hello ${escapeHtml(session.subject)}</p><form method="post" action="/sign-out"><button>Sign out</button></form>`
    : `<p>Hello stranger</p><a href="/login">Sign in</a>`
