import { auth, problem } from "#lib/server/auth.ts"
import type { RequestHandler } from "./$types"

const search = "/messaging_history/api/account/{account}/conversations/search"

export const POST: RequestHandler = async ({ request }) =>
  auth
    .callApi(request, "msgHist", search, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: await request.text()
    })
    .catch(problem)
