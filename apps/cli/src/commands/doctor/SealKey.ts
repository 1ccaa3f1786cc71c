/**
 * Says where the seal key is, and whether the keychain answers.
 */
import * as Keychain from "@le-auth/node/Keychain"
import * as UserSealKey from "@le-auth/node/UserSealKey"
import * as Effect from "effect/Effect"
import { text } from "../../terminal/TerminalText.ts"
import * as Finding from "./Finding.ts"

const keychain = Keychain.Keychain.use(({ get }) => get("doctor")).pipe(
  Effect.match({
    onSuccess: () => [Finding.good("keychain", text`The keychain answers; the first sign-in puts the seal key there.`)],
    onFailure: ({ message }) => [
      Finding.warning(
        "keychain",
        text`The first sign-in will put the seal key into a file, since ${message}.`,
        text`Unlock or install a keychain before that, such as GNOME Keyring, or give LE_AUTH_SEAL_KEYS.`
      )
    ]
  }),
  Effect.provide(Keychain.layer("le-auth"))
)

export const check = Effect.gen(function* () {
  const location = yield* UserSealKey.SealKeyLocation
  switch (location) {
    case "keychain":
      return [Finding.good("keychain", text`Sessions are sealed with a key in the keychain, which answers.`)]
    case "settings":
      return [Finding.good("keychain", text`Sessions are sealed with the keys of LE_AUTH_SEAL_KEYS.`)]
    case "nowhere":
      return yield* keychain
    case "file": {
      const path = yield* UserSealKey.defaultPath
      return [
        Finding.warning(
          "keychain",
          text`Sessions are sealed with a key in ${path}: anyone who can read your files can use them.`,
          text`Where there is a keychain: remove ${path}, and sign in again.`
        )
      ]
    }
  }
}).pipe(Effect.provide(UserSealKey.layerWith({ onlyIfMade: true })), Finding.orProblem("keychain"))
