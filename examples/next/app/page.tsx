import { headers } from "next/headers"
import { session } from "../signIn"
import { greeting } from "./greeting"

export default async function Home() {
  const user = await session(new Request("http://localhost", { headers: await headers() }))
  if (!user.signedIn) {
    return (
      <>
        <p>{greeting("stranger")}</p>
        <a href="/auth/login">Sign in</a>
      </>
    )
  }
  return (
    <>
      <p>{greeting(user.subject)}</p>
      <form method="post" action="/auth/sign-out">
        <button>Sign out</button>
      </form>
    </>
  )
}
