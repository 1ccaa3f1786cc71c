/**
 * The state of a whole Sentinel as one document: its directory, sessions and tokens, its clock and its faults. It has
 * hashes in place of secrets.
 */
import * as Schema from "effect/Schema"
import { DirectoryDump } from "../directory/directoryDump.ts"
import { Instant, StoreDump } from "../store/storeDump.ts"
import { AheadText } from "@le-auth/core/shared/DurationText"
import { Fault } from "../../Fault.ts"

/** It does not have the signing keys, since private keys are not exported. */
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
export type Snapshot = typeof Snapshot.Type
