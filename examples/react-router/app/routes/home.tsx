import { auth } from "../auth.server"
import type { Route } from "./+types/home"

export const loader = async ({ request }: Route.LoaderArgs) => ({
  user: await auth.session(request),
  login: auth.loginPath({ returnTo: "/" })
})

export default function Home({ loaderData: { user, login } }: Route.ComponentProps) {
  if (!user.signedIn) {
    return (
      <>
        <p>Hello stranger</p>
        <a href={login}>Sign in</a>
      </>
    )
  }
  return (
    <>
      <p>Hello {user.subject}</p>
      <form method="post" action="/auth/sign-out">
        <button>Sign out</button>
      </form>
    </>
  )
}
