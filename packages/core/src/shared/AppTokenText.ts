/** App tokens as texts, for stores. */
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
