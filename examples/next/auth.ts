import { createLeAuth, isLeAuthError } from "@le-auth/server"

/** The rest comes from LE_AUTH_*. */
export const auth = createLeAuth({
  // What pages of this application may call, at /auth/liveperson/SERVICE/PATH.
  api: {
    accountConfigReadOnly: { paths: ["/api/account/{account}/configuration/le-users/users"] },
    msgHist: { paths: ["/messaging_history/api/account/{account}/conversations/search"], methods: ["POST"] }
  }
})

/** Answers what is expected to go wrong, such as `NotSignedIn`, which is a 401. */
export const problem = (error: unknown) => {
  if (!isLeAuthError(error)) throw error
  return Response.json({ message: error.message, startAgain: error.startAgain }, { status: error.status })
}
