import { auth } from "#lib/server/auth.ts"
import type { RequestHandler } from "./$types"

/** All methods. */
export const fallback: RequestHandler = ({ request }) => auth.handler(request)
