/** `/control/faults` and `/control/clock`: what goes wrong, and when. */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { ClockGoesForward, ClockTooFar, InvalidChange, NotThere } from "../../ControlError.ts"
import { AheadText, DurationText } from "@le-auth/core/shared/DurationText"
import { Fault, NewFault } from "../../Fault.ts"

/** Sentinel's time, and how far it is ahead of the real one. */
export const ClockState = Schema.Struct({ now: Schema.DateTimeUtcFromString, ahead: AheadText })

/** By how much, or to when. */
export const Advance = Schema.Union([
  Schema.Struct({ by: DurationText }),
  Schema.Struct({ to: Schema.DateTimeUtcFromString })
])

/** Sentinel's time: to read, to advance, and back to the real one. */
export class ClockGroup extends HttpApiGroup.make("clock").add(
  HttpApiEndpoint.get("state", "/control/clock", { success: ClockState }).annotateMerge(
    OpenApi.annotations({ title: "Sentinel's time" })
  ),
  HttpApiEndpoint.post("advance", "/control/clock/advance", {
    payload: Advance,
    success: ClockState,
    error: [ClockGoesForward, ClockTooFar]
  }).annotateMerge(OpenApi.annotations({ title: "Advance Sentinel's time, up to the end of the year 9999" })),
  HttpApiEndpoint.post("toRealTime", "/control/clock/real", { success: ClockState }).annotateMerge(
    OpenApi.annotations({
      title: "Back to real time",
      description: "Sessions and tokens stay: what began in Sentinel's future is valid until it would have ended there."
    })
  )
) {}

/** The armed faults: to list, add and remove. */
export class FaultsGroup extends HttpApiGroup.make("faults").add(
  HttpApiEndpoint.get("list", "/control/faults", { success: Schema.Array(Fault) }).annotateMerge(
    OpenApi.annotations({ title: "The faults that are armed, and what they have met" })
  ),
  HttpApiEndpoint.post("add", "/control/faults", {
    payload: NewFault,
    success: Fault,
    error: InvalidChange
  }).annotateMerge(OpenApi.annotations({ title: "Arm a fault" })),
  HttpApiEndpoint.delete("clear", "/control/faults", { success: HttpApiSchema.NoContent }).annotateMerge(
    OpenApi.annotations({ title: "Remove all faults" })
  ),
  HttpApiEndpoint.delete("remove", "/control/faults/:id", {
    params: { id: Schema.NonEmptyString },
    success: HttpApiSchema.NoContent,
    error: NotThere
  }).annotateMerge(OpenApi.annotations({ title: "Remove a fault" }))
) {}
