/** `/control/journal`: what Sentinel was asked, what it decided, and why. */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { NotSupported, StoreUnavailable } from "../../ControlError.ts"
import { Entry, FilterRoute } from "../../JournalEntry.ts"

const optional = Schema.optionalKey
const Sequence = Schema.FiniteFromString.check(Schema.isInt(), Schema.isGreaterThanOrEqualTo(0))

/** Which entries: of several conditions each must hold. */
const conditions = {
  after: optional(Sequence),
  about: optional(Schema.NonEmptyString),
  text: optional(Schema.NonEmptyString),
  outcome: optional(Schema.NonEmptyString),
  application: optional(Schema.NonEmptyString),
  route: optional(FilterRoute)
}

const Explanation = Schema.Struct({
  id: Schema.String,
  kind: Schema.Literals(["code", "refresh-token", "access-token", "app-token", "unknown"]),
  isUsable: Schema.Boolean,
  reason: optional(Schema.String),
  account: optional(Schema.String),
  client: optional(Schema.String),
  user: optional(Schema.String),
  family: optional(Schema.String),
  scope: optional(Schema.String)
})

/** The journal: to read, follow and clear. Also why a code or a token is refused. */
export class JournalGroup extends HttpApiGroup.make("journal").add(
  HttpApiEndpoint.get("read", "/control/journal", {
    query: { ...conditions, before: optional(Sequence), limit: optional(Sequence) },
    success: Schema.Array(Entry)
  }).annotateMerge(
    OpenApi.annotations({
      title: "The last entries, oldest first",
      description:
        "after: those with a higher sequence; before: those with a lower one. limit: the last ones, at most this number. " +
        "about: an account, client, user, route, outcome, request id or fault, or the beginning of the hash of a code, " +
        "token, family or session, as it stands in an entry. text: those that have this text anywhere, in large or small " +
        "letters. outcome: this outcome, or refused for every refusal. application: this client id. route: this route, " +
        "or control for the changes. Of several conditions each must hold."
    })
  ),
  HttpApiEndpoint.get("follow", "/control/journal/follow", {
    query: conditions,
    success: HttpApiSchema.StreamSse({ data: Entry })
  }).annotateMerge(OpenApi.annotations({ title: "The last entries, and each new one, as server-sent events" })),
  HttpApiEndpoint.delete("clear", "/control/journal", { success: HttpApiSchema.NoContent }).annotateMerge(
    OpenApi.annotations({ title: "Forget all entries" })
  ),
  HttpApiEndpoint.post("explain", "/control/explain", {
    payload: Schema.Struct({
      secret: Schema.RedactedFromValue(Schema.NonEmptyString)
    }),
    success: Explanation,
    error: [NotSupported, StoreUnavailable]
  }).annotateMerge(
    OpenApi.annotations({
      title: "What a code or a token is worth, and why",
      description: "Looks only: a code that is explained is not used."
    })
  )
) {}
