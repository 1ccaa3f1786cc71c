// The application without Effect that each runtime runs: the routes of le-auth, and one of its own that takes a token
// and calls an API.
import type { LeAuth, Options, WithHeaders } from "@le-auth/server"

/** What pages may call. */
export const api: Options["api"] = {
  accountConfigReadOnly: { paths: ["/api/account/{account}/configuration/le-users/users/*"] }
}

export const verbs = "/verbs"

/** The answer of its own route, as the scenario expects it. */
export async function answerOf(auth: LeAuth, who: WithHeaders): Promise<Response> {
  try {
    const token = await auth.accessToken(who)
    const another = await auth.accessToken(who, { unless: token })
    const session = await auth.session(who)
    if (!session.signedIn) throw new Error("There is a token, and no session.")
    const path = `/api/account/{account}/configuration/le-users/users/${session.subject}?v=6.0`
    const user = (await (await auth.callApi(who, "accountConfigReadOnly", path)).json()) as { readonly id: unknown }
    return Response.json({
      subject: session.subject,
      user: String(user.id),
      isAnother: another !== token && another === (await auth.accessToken(session)),
      sessions: (await auth.sessions(session.accountId)).length,
      origin: await auth.serviceOrigin(session.accountId, "sentinel")
    })
  } catch (error) {
    const { _tag, status = 500 } = error as { _tag?: string; status?: number }
    return new Response(_tag ?? String(error), { status })
  }
}

/** For a server of web requests. */
export const handlerOf = (auth: LeAuth) => (request: Request) =>
  new URL(request.url).pathname === verbs ? answerOf(auth, request) : auth.handler(request)
