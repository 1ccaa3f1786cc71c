import { escape } from "@le-auth/core/HtmlText"
import type { SessionView } from "@le-auth/core/SessionView"

export const page = (session: SessionView) =>
  session.signedIn
    ? `<p>Hello ${escape(session.subject)}</p><form method="post" action="/sign-out"><button>Sign out</button></form>`
    : `<p>Hello stranger</p><a href="/login">Sign in</a>`
