/**
 * A directory that writes into the context of the request which user or application was looked for, and why it was not
 * found.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Directory } from "../../Directory.ts"
import type { DirectoryEditor } from "../../DirectoryEditor.ts"
import * as RequestContext from "../http/RequestContext.ts"

const cut = (text: string): string => JSON.stringify(text.slice(0, 100))

/** Goes around a directory. `editor` also knows what is disabled. */
export const watchedDirectory = (
  directory: Directory["Service"],
  editor: DirectoryEditor["Service"]
): Directory["Service"] => {
  const accountOf = (accountId: string) =>
    Effect.map(editor.accounts, (accounts) => accounts.find(({ id }) => id === accountId))

  const noInstallation = Effect.fnUntraced(function* (accountId: string, clientId: string) {
    const account = yield* accountOf(accountId)
    if (account === undefined) return `there is no account ${cut(accountId)}`
    const found = account.installations.find(({ client_id }) => client_id === clientId)
    return found === undefined
      ? `account ${accountId} has no installation ${cut(clientId)}`
      : `the installation ${clientId} is disabled`
  })

  const noLogin = Effect.fnUntraced(function* (accountId: string, email: string) {
    const account = yield* accountOf(accountId)
    const user = account?.users.find((one) => one.email.toLowerCase() === email.toLowerCase())
    if (user === undefined) return `account ${accountId} has no user with this e-mail address`
    return user.enabled ? `the password of user ${user.id} is wrong` : `user ${user.id} is disabled`
  })

  const explain = <A, E>(
    found: Effect.Effect<Option.Option<A>, E>,
    reason: Effect.Effect<string>,
    note?: (context: RequestContext.RequestContext, found: A) => void
  ): Effect.Effect<Option.Option<A>, E> =>
    Effect.flatMap(RequestContext.watched, (context) =>
      context === undefined
        ? found
        : Effect.tap(found, (found) => {
            if (Option.isSome(found)) return Effect.sync(() => note?.(context, found.value))
            return Effect.map(reason, (reason) => void (context.reason ??= reason))
          })
    )

  return {
    account: (accountId) =>
      explain(directory.account(accountId), Effect.succeed(`there is no account ${cut(accountId)}`)),
    installation: (accountId, clientId) =>
      explain(
        directory.installation(accountId, clientId),
        Effect.suspend(() => noInstallation(accountId, clientId)),
        (context) => void (context.client ??= clientId)
      ),
    user: (accountId, userId) =>
      explain(
        directory.user(accountId, userId),
        Effect.succeed(`user ${cut(userId)} is disabled, or not in account ${accountId}`)
      ),
    users: directory.users,
    authenticate: (accountId, email, password) =>
      explain(
        directory.authenticate(accountId, email, password),
        Effect.suspend(() => noLogin(accountId, email)),
        (context, user) => {
          context.user = user.id
          context.steps.push({ what: "password accepted", user: user.id })
        }
      )
  }
}
