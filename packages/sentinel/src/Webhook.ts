/**
 * The webhooks that Sentinel sends when it is told to, signed as LivePerson signs its own: to try the receiver of an
 * application.
 *
 * @see LivePerson, Connector API, Webhooks
 * @since 0.1.0
 */
import { AccountId } from "@le-auth/core/Identifiers"
import { webhookEvents } from "@le-auth/core/InstallationDocument"
import * as WebhookSignature from "@le-auth/core/WebhookSignature"
import { DurationText } from "@le-auth/core/shared/DurationText"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import * as Text from "@le-auth/core/shared/StorableText"

const optional = Schema.optionalKey
const atMost2048 = Schema.isMaxLength(2048, { expected: "a text of at most 2048 characters" })

/** What is wrong with the form of an address; whether Sentinel may send to its host is another question. */
const addressProblem = (text: string): string | undefined => {
  const url = URL.parse(text)
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) return "must be an http or https address"
  if (url.username !== "" || url.password !== "") return "must have no user name and no password"
  return text.includes("#") ? "must have no fragment" : undefined
}

/**
 * What a webhook tells of, by the name that it has in `capabilities.webhooks` of an installation.
 *
 * @category schemas
 * @since 0.1.0
 */
export const EventType = Schema.Literals(webhookEvents).annotate({ identifier: "WebhookEvent" })
export type EventType = typeof EventType.Type

const longestDelay = Duration.minutes(1)

/**
 * What goes wrong with a webhook.
 *
 * - `late`: it is sent `by` after the event, up to a minute; the time of the event stays in its body
 * - `twice`: it comes once more, the same in each byte, although it was accepted
 * - `wrong-signature`: it has the form of a signature, made with another secret
 *
 * @category schemas
 * @since 0.1.0
 */
export const WebhookFault = Schema.Union([
  Schema.Struct({
    type: Schema.tag("late"),
    by: DurationText.check(
      Schema.makeFilter((by: Duration.Duration) => Duration.isLessThanOrEqualTo(by, longestDelay), {
        expected: "a duration of at most 1 minute"
      })
    )
  }),
  Schema.Struct({ type: Schema.tag("twice") }),
  Schema.Struct({ type: Schema.tag("wrong-signature") })
]).annotate({ identifier: "WebhookFault" })
export type WebhookFault = typeof WebhookFault.Type

/**
 * A webhook to send: to `url`, signed with the secret of the application `client` in `account`.
 *
 * - `client_secret` is needed, since Sentinel keeps only a hash of it. The built-in applications need none
 * - `event` is what it tells of, by default a message of a consumer; or `body` is the whole body, kept in each byte
 * - `hash` and `encoding` make the signature, by default `sha1` and `base64`
 * - `max_retries`, from 0 to 5, is how often it is repeated until it is answered 200 or 201, without a pause; default 0
 *
 * @see LivePerson, Connector API, Webhooks
 * @category schemas
 * @since 0.1.0
 */
export const NewWebhook = Schema.Struct({
  account: AccountId,
  client: Schema.NonEmptyString,
  client_secret: optional(Schema.RedactedFromValue(Schema.NonEmptyString.check(atMost2048))),
  url: Schema.String.check(atMost2048, Schema.makeFilter(addressProblem)),
  event: optional(EventType),
  body: optional(Schema.String.check(Schema.makeFilter((text: string) => Text.problemOf(text)))),
  hash: optional(WebhookSignature.Hash),
  encoding: optional(WebhookSignature.Encoding),
  fault: optional(WebhookFault),
  max_retries: optional(
    Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5 }, { expected: "a whole number from 0 to 5" }))
  )
})
  .check(
    Schema.makeFilter(({ body, event }) =>
      body === undefined || event === undefined
        ? undefined
        : { path: ["body"], issue: "stands alone: a body of your own has no event" }
    )
  )
  .annotate({ identifier: "NewWebhook" })
export type NewWebhook = typeof NewWebhook.Type

/**
 * One attempt: the `status` and the beginning of the `answer` if there was one, the `duration` in milliseconds, and the
 * `problem` unless LivePerson would have been content.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Delivery = Schema.Struct({
  status: optional(Schema.Int),
  duration: Schema.Finite,
  answer: optional(Schema.String),
  problem: optional(Schema.String)
}).annotate({ identifier: "WebhookDelivery" })
export type Delivery = typeof Delivery.Type

/**
 * A webhook that was sent: its deliveries in order, and whether the receiver accepted it, with `twice` both times.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SentWebhook = Schema.Struct({
  accepted: Schema.Boolean,
  deliveries: Schema.Array(Delivery)
}).annotate({ identifier: "SentWebhook" })
export type SentWebhook = typeof SentWebhook.Type
