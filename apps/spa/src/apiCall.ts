/**
 * The call that the page shows, with what follows here as its code: the record of the signed-in user, from LivePerson's
 * Users API, through the backend.
 */
import { callApi, type Session } from "@le-auth/browser/plain"

export const userRecord = async ({ accountId, subject }: Session) => {
  const users = `/api/account/${accountId}/configuration/le-users/users` as const
  const path = `${users}/${encodeURIComponent(subject)}?v=6.0` as const
  const result = await callApi("accountConfigReadOnly", path)
  if (result._tag !== "Answered") throw new Error(result.message)
  const { response } = result
  return { path, status: response.status, text: await response.text() }
}
