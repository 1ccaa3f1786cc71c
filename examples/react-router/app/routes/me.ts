import { auth } from "../auth.server"
import type { Route } from "./+types/me"

export const loader = async ({ request }: Route.LoaderArgs) => Response.json(await auth.session(request))
