/** App tokens as stores keep them: as texts, and until they end. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { AppToken } from "../AppToken.ts"

const AppTokenJson = Schema.fromJsonString(Schema.Struct({ version: Schema.Literal(1), token: AppToken }))

const toText = Schema.encodeSync(AppTokenJson)
const fromText = Schema.decodeOption(AppTokenJson)

/** The app token as JSON, in clear. */
export const encode = (token: AppToken): string => toText({ version: 1, token })

/** A text that cannot be read, such as one of another version, counts as none. */
export const decode = (text: string): Option.Option<AppToken> => Option.map(fromText(text), ({ token }) => token)

/** A token that is over counts as none. */
export const unlessOver = (found: Option.Option<AppToken>): Effect.Effect<Option.Option<AppToken>> =>
  Effect.map(Clock.currentTimeMillis, (now) => Option.filter(found, ({ expiresAt }) => expiresAt > now))

/** Until when a token is kept, as databases take it: whole milliseconds, never earlier than its end. */
export const keptUntil = ({ expiresAt }: AppToken): number => Math.min(Math.ceil(expiresAt), Number.MAX_SAFE_INTEGER)
