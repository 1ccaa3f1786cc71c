/** A file that holds a key, or says where the key is: made once, and never changed. */
import { StoreError } from "@le-auth/core/StoreError"
import * as Base64Url from "@le-auth/core/shared/Base64Url"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Path from "node:path"
import { createPrivate, type FileProblem, preparePrivateDirectory, readPrivate } from "./privateFile.ts"

/** 256 random bits. */
export const draw = SecureRandom.SecureRandom.use((random) => Effect.map(random.randomBytes(32), Base64Url.encode))

/** What it is, for errors. */
export const nameOf = (path: string): string => `seal key file ${path}`

const failed = (path: string, operation: string) => (problem: FileProblem) =>
  new StoreError({ store: nameOf(path), operation: `${operation}: ${problem.problem}`, cause: problem })

/** What it says; `undefined` if there is none. */
export const read = (path: string): Effect.Effect<string | undefined, StoreError> =>
  Effect.mapError(
    Effect.map(readPrivate(path), (text) => text?.trim()),
    failed(path, "read")
  )

/** Makes it. If there is one by now, it stays as it is. */
export const create = (path: string, text: string): Effect.Effect<void, StoreError> =>
  Effect.mapError(
    Effect.andThen(preparePrivateDirectory(Path.dirname(path)), createPrivate(path, `${text}\n`)),
    failed(path, "write")
  )
