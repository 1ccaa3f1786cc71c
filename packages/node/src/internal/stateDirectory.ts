/** Where le-auth keeps what it must not lose: a directory of the user's. */
import { StoreError } from "@le-auth/core/StoreError"
import * as Effect from "effect/Effect"
import * as UserDirectories from "effect/persistence/UserDirectories"

/** The directory, for the store that says so. */
export const stateDirectory = (store: string): Effect.Effect<string, StoreError> =>
  Effect.mapError(
    UserDirectories.make().state("le-auth"),
    (cause) => new StoreError({ store, operation: "find the user's directory: set HOME or XDG_STATE_HOME", cause })
  )
