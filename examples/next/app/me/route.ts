import { session } from "../../signIn"

export const GET = async (request: Request) => Response.json(await session(request))
