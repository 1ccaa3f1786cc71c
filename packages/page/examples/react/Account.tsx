import { popup, signOut } from "@le-auth/page"
import { useState } from "react"
import { useSession } from "./useSession.ts"

export const Account = () => {
  const now = useSession()
  const [problem, setProblem] = useState("")

  const signIn = async () => {
    const result = await popup()
    setProblem("message" in result ? result.message : "")
  }

  if (now === undefined) return <p>…</p>
  if (now._tag === "Unavailable") return <p role="alert">{now.message}</p>
  if (now._tag === "SignedIn")
    return (
      <p>
        {now.session.subject} <button onClick={() => void signOut()}>Sign out</button>
      </p>
    )
  return (
    <p>
      <button onClick={() => void signIn()}>Sign in</button> {problem}
    </p>
  )
}
