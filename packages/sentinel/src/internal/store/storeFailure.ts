/** What is not our mistake, and passes: the store does not answer. */
import { StoreError } from "@le-auth/core/StoreError"
import type * as Cause from "effect/Cause"

export const isStoreFailure = (cause: Cause.Cause<unknown>): boolean =>
  cause.reasons.some((reason) => reason._tag === "Fail" && reason.error instanceof StoreError)
