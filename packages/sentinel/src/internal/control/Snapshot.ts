/**
 * The state of a whole Sentinel as one document: who is known, sessions and tokens, the clock, the faults. Secrets are in it as
 * hashes only.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { DirectoryDump } from "../directory/directoryDump.ts"
import { Instant, StoreDump } from "../store/storeDump.ts"
import { AheadText } from "@le-auth/core/shared/DurationText"
import { Fault } from "../../Fault.ts"

/**
 * Signing keys are not in it: a private key belongs into no download.
 *
 * @since 0.1.0
 */
export const Snapshot = Schema.Struct({
  version: Schema.Literal(1),
  /** By Sentinel's clock, in milliseconds since 1970. */
  takenAt: Instant,
  /** How far Sentinel's clock was ahead. */
  ahead: AheadText,
  directory: DirectoryDump,
  store: StoreDump,
  faults: Schema.Array(Fault).check(Schema.isMaxLength(1000, { expected: "a list of at most 1,000 faults" }))
}).annotate({ identifier: "Snapshot" })
/** @since 0.1.0 */
export type Snapshot = typeof Snapshot.Type
