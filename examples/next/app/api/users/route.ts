import { auth, problem } from "../../../auth"

const users = "/api/account/{account}/configuration/le-users/users"

export const GET = (request: Request) => auth.callApi(request, "accountConfigReadOnly", users).catch(problem)
