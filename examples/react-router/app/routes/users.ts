import { auth, problem } from "../auth.server"
import type { Route } from "./+types/users"

const users = "/api/account/{account}/configuration/le-users/users?v=6.0"

export const loader = ({ request }: Route.LoaderArgs) =>
  auth.callApi(request, "accountConfigReadOnly", users).catch(problem)
