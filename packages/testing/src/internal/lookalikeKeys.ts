/** Keys of sessions and of app tokens that are easily taken for each other. */
import { AppTokenKey } from "@le-auth/core/AppToken"
import { AccountId, ClientId, Subject } from "@le-auth/core/Identifiers"
import { SessionKey } from "@le-auth/core/Session"
import { strangeTexts } from "./sampleTransactions.ts"

const separators = ["/", ":", "|", "-", ".", " ", "%2F", "__"]

/** Keys that a careless adapter takes for one: parts joined by a separator, letters in another case, cut off blanks. */
export const lookalikes = (account: string): ReadonlyArray<SessionKey> => {
  const key = (accountId: string, clientId: string, subject: string) =>
    new SessionKey({
      accountId: AccountId.make(accountId),
      clientId: ClientId.make(clientId),
      subject: Subject.make(subject)
    })
  const separated = separators.flatMap((separator) => [
    key(account, `a${separator}b`, "c"),
    key(account, "a", `b${separator}c`)
  ])
  return [
    ...separated,
    ...strangeTexts.map((text) => key(account, "strange", text)),
    key(account, "a", "c"),
    key(account, "A", "c"),
    key(account, "a", "C"),
    key(account, "a", "c "),
    key(account, "a", " c"),
    key(account, "strange", "\u00e9 is not \u00e9"),
    key(account, "c", "a"),
    key(account, account, account),
    key(`${account}1`, "a", "c"),
    key(account.slice(0, -1), "a", "c"),
    key(account.toUpperCase(), "a", "c"),
    key(`x${account}`, "a", "c")
  ]
}

/** The same for app tokens: the client id is any text of printable ASCII characters. */
export const appTokenLookalikes = (account: string): ReadonlyArray<AppTokenKey> => {
  const key = (accountId: string, clientId: string) =>
    new AppTokenKey({ accountId: AccountId.make(accountId), clientId: ClientId.make(clientId) })
  return [
    ...separators.map((separator) => key(account, `a${separator}b`)),
    ...strangeTexts.filter((text) => /^[\x20-\x7e]+$/.test(text)).map((text) => key(account, text)),
    ...["a", "A", "ab", "a ", " a", "1a", account].map((clientId) => key(account, clientId)),
    key(`${account}1`, "a"),
    key(account.slice(0, -1), "a"),
    key(account.toUpperCase(), "a"),
    key(`x${account}`, "a")
  ]
}
