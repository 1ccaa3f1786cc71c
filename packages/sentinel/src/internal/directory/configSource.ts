/** Tells whether two configurations have the same accounts, without keeping either of them. */
import * as Utf8 from "@le-auth/core/shared/Utf8"
import * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import * as Hex from "effect/encoding/Hex"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as PasswordHash from "../../PasswordHash.ts"
import type { Passwords } from "../../Passwords.ts"
import * as SentinelConfig from "../../SentinelConfig.ts"

const encode = Schema.encodeSync(Schema.Array(SentinelConfig.Account))

/** Makes the hash of a configuration, and compares with it. */
export const make = (digest: Digest.Digest["Service"], passwords: Passwords["Service"]) => {
  /**
   * The text that is hashed slowly. It has all passwords in it, so from a fast hash a thief could guess those of all
   * users at once.
   */
  const textOf = ({ accounts }: SentinelConfig.SentinelConfig) =>
    digest.digest(Digest.sha256, Utf8.encode(JSON.stringify(encode(accounts)))).pipe(
      Effect.orDie,
      Effect.map((bytes) => Redacted.make(Hex.encode(bytes)))
    )

  return {
    hash: (config: SentinelConfig.SentinelConfig): Effect.Effect<string> =>
      Effect.flatMap(textOf(config), passwords.hash).pipe(Effect.map(PasswordHash.format)),
    /** Whether a hash is of this configuration. */
    isOf: (hash: string, config: SentinelConfig.SentinelConfig): Effect.Effect<boolean> => {
      const parsed = PasswordHash.parse(hash)
      return parsed === undefined
        ? Effect.succeed(false)
        : Effect.flatMap(textOf(config), (text) => Effect.orDie(passwords.verify(text, parsed)))
    }
  }
}
