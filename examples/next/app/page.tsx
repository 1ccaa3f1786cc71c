import { headers } from "next/headers"
import { auth } from "../auth"

export default async function Home() {
  const user = await auth.session({ headers: await headers() })
  if (!user.signedIn) {
    return (
      <>
        <p>Hello stranger</p>
        <a href={auth.loginPath({ returnTo: "/" })}>Sign in</a>
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
