import { auth } from "../../../auth"

export const GET = async (request: Request) => Response.json(await auth.session(request))
