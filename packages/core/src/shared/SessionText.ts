/** Sessions and their keys as texts, for stores, and how long they are kept. */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Session, SessionKey } from "../Session.ts"

/** Longer than any refresh token of LivePerson's was seen to live. */
export const keepFor = Duration.days(90)

const SessionJson = Schema.fromJsonString(Session)
const decodeKey = Schema.decodeUnknownOption(SessionKey)

/** The session as JSON, with its tokens in clear. */
export const encode = Schema.encodeSync(SessionJson)

/** A text that cannot be read counts as none. */
export const decode = Schema.decodeOption(SessionJson)

/** The key whose `toString` gave this text. */
export const keyOf = (text: string): Option.Option<SessionKey> => {
  const parts = Option.liftThrowable(() => text.split("/").map(decodeURIComponent))()
  if (Option.isNone(parts) || parts.value.length > 4) return Option.none()
  const [accountId, clientId, subject, instance] = parts.value
  return decodeKey({ accountId, clientId, subject, ...(instance === undefined ? {} : { instance }) })
}
