import { auth } from "#lib/server/auth.ts"
import type { PageServerLoad } from "./$types"

export const load: PageServerLoad = async ({ request }) => ({
  user: await auth.session(request),
  login: auth.loginPath({ returnTo: "/" })
})
