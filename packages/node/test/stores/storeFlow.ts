/** A sign-in at the stores of an application, in which everything has a name. */
import { Origin } from "@le-auth/core/Origin"
import { Transaction } from "@le-auth/core/Transaction"
import { account, key, session } from "../Samples.ts"

export const record = Transaction.make({
  accountId: account,
  clientId: key("a").clientId,
  sentinel: Origin.make("https://sentinel.example"),
  deadline: 0
})

export const keyOf = (name: string) => key(name)

/** Before or after it was refreshed. */
export const sessionOf = (name: string, which: "first" | "second") =>
  session(name, account, `planted-token-of-${name}-${which}`)
