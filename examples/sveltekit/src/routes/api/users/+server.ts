import { auth, problem } from "#lib/server/auth.ts"
import type { RequestHandler } from "./$types"

const users = "/api/account/{account}/configuration/le-users/users?v=6.0"

export const GET: RequestHandler = ({ request }) => auth.callApi(request, "accountConfigReadOnly", users).catch(problem)
