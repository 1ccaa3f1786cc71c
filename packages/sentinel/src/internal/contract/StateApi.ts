/**
 * `/control/sessions`, `/control/families`, `/control/state`, `/control/snapshots`, `/control/keys`,
 * `/control/dialect`: what Sentinel remembers, and how it answers.
 */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { Grant, BrowserSession } from "../store/storeDump.ts"
import { ClockTooFar, InvalidChange, NotSupported, NotThere, StoreUnavailable } from "../../ControlError.ts"
import { Snapshot } from "../control/Snapshot.ts"
import { DialectPoints } from "../../SentinelDialect.ts"

const success = HttpApiSchema.NoContent
const Time = Schema.optional(Schema.Finite)

/** Ids are those of the store: hashes, and no secrets. Times are milliseconds since 1970. */
const SessionState = Schema.Struct({
  session: BrowserSession,
  endedAt: Time,
  isAlive: Schema.Boolean
}).annotate({ identifier: "SessionState" })

const FamilyState = Schema.Struct({
  grant: Grant,
  revokedAt: Time,
  session: Schema.optional(SessionState),
  isAlive: Schema.Boolean
})

const wanted = {
  limit: Schema.optionalKey(
    Schema.FiniteFromString.check(Schema.isInt(), Schema.isBetween({ minimum: 1, maximum: 1000 }))
  ),
  alive: Schema.optionalKey(Schema.Literals(["true", "false"]))
}
const newest = <S extends Schema.Constraint>(one: S) =>
  Schema.Struct({ newest: Schema.Array(one), total: Schema.Int, isPartial: Schema.Boolean })
const description =
  "limit: the maximum number, 1 to 1000; default: 100. alive=true: only those that can still be used. total: how many there are; " +
  "if isPartial, how many of the newest 1,000, since older ones were not looked at."

const SnapshotName = Schema.String.check(
  Schema.isPattern(/^[A-Za-z0-9._-]{1,64}$/, { expected: "up to 64 of A-Z a-z 0-9 . _ -" })
)
const name = { name: SnapshotName }

/** Sessions and token families: to list, end and revoke. */
export class SessionsGroup extends HttpApiGroup.make("sessions").add(
  HttpApiEndpoint.get("list", "/control/sessions", {
    query: wanted,
    success: newest(SessionState),
    error: [NotSupported, StoreUnavailable]
  }).annotateMerge(OpenApi.annotations({ title: "The newest sessions, also dead ones", description })),
  HttpApiEndpoint.delete("end", "/control/sessions/:id", {
    params: { id: Schema.NonEmptyString },
    success,
    error: [NotThere, StoreUnavailable]
  }).annotateMerge(OpenApi.annotations({ title: "End a session with its tokens" })),
  HttpApiEndpoint.get("families", "/control/families", {
    query: wanted,
    success: newest(FamilyState),
    error: [NotSupported, StoreUnavailable]
  }).annotateMerge(OpenApi.annotations({ title: "The newest token families: what came from one code", description })),
  HttpApiEndpoint.delete("revoke", "/control/families/:id", {
    params: { id: Schema.NonEmptyString },
    success,
    error: [NotThere, StoreUnavailable]
  }).annotateMerge(OpenApi.annotations({ title: "Revoke a token family" }))
) {}

/** The whole state: to reset, take out, put back, and keep under a name. */
export class StateGroup extends HttpApiGroup.make("state").add(
  HttpApiEndpoint.post("reset", "/control/reset", { success, error: [NotSupported, StoreUnavailable] }).annotateMerge(
    OpenApi.annotations({
      title: "Begin anew",
      description: "The configuration of the start, no session, no token, no fault, and the real time."
    })
  ),
  HttpApiEndpoint.get("take", "/control/state", {
    success: Snapshot,
    error: [NotSupported, StoreUnavailable]
  }).annotateMerge(OpenApi.annotations({ title: "The whole state as a document, with hashes in place of secrets" })),
  HttpApiEndpoint.put("put", "/control/state", {
    payload: Snapshot,
    success,
    error: [ClockTooFar, InvalidChange, NotSupported, StoreUnavailable]
  }).annotateMerge(OpenApi.annotations({ title: "Restore a state from its document" })),
  HttpApiEndpoint.get("names", "/control/snapshots", { success: Schema.Array(Schema.String) }).annotateMerge(
    OpenApi.annotations({ title: "The names of all snapshots" })
  ),
  HttpApiEndpoint.put("save", "/control/snapshots/:name", {
    params: name,
    success,
    error: [InvalidChange, NotSupported, StoreUnavailable]
  }).annotateMerge(OpenApi.annotations({ title: "Take a snapshot and keep it under a name" })),
  HttpApiEndpoint.post("restore", "/control/snapshots/:name/restore", {
    params: name,
    success,
    error: [ClockTooFar, InvalidChange, NotSupported, NotThere, StoreUnavailable]
  }).annotateMerge(OpenApi.annotations({ title: "Restore a snapshot" })),
  HttpApiEndpoint.delete("forget", "/control/snapshots/:name", {
    params: name,
    success,
    error: NotThere
  }).annotateMerge(OpenApi.annotations({ title: "Forget a snapshot" }))
) {}

/** The signing keys: to rotate. */
export class KeysGroup extends HttpApiGroup.make("keys").add(
  HttpApiEndpoint.post("rotate", "/control/keys/rotate", {
    success: Schema.Struct({ kid: Schema.String }),
    error: StoreUnavailable
  }).annotateMerge(OpenApi.annotations({ title: "Sign with a new key from now on" }))
) {}

/** The dialect: to read. It is chosen at the start, so that nothing changes it. */
export class DialectGroup extends HttpApiGroup.make("dialect").add(
  HttpApiEndpoint.get("points", "/control/dialect", {
    success: DialectPoints.annotate({ identifier: "DialectPoints" })
  }).annotateMerge(OpenApi.annotations({ title: "All points of Sentinel's dialect, with their values" }))
) {}
