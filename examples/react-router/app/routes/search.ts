import { auth, problem } from "../auth.server"
import type { Route } from "./+types/search"

const search = "/messaging_history/api/account/{account}/conversations/search"

export const action = async ({ request }: Route.ActionArgs) =>
  auth
    .callApi(request, "msgHist", search, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: await request.text()
    })
    .catch(problem)
