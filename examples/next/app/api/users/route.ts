import { auth, problem } from "../../../auth"

const users = "/api/account/{account}/configuration/le-users/users?v=6.0"

export const GET = (request: Request) => auth.callApi(request, "accountConfigReadOnly", users).catch(problem)
