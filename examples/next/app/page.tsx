import { headers } from "next/headers"
import { connection } from "next/server"
import { Suspense } from "react"
import { auth } from "../auth"

async function User() {
  await connection()
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

export default function Home() {
  return (
    <Suspense>
      <User />
    </Suspense>
  )
}
