/**
 * Lets a running Sentinel send a signed webhook.
 */
import * as SchemaProblems from "@le-auth/core/SchemaProblems"
import { type Delivery, NewWebhook } from "@le-auth/sentinel/Webhook"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { mayHaveSecrets } from "../../../target/SentinelControl.ts"
import { Target } from "../../../target/Target.ts"
import type { Selection } from "../../../target/TargetFlags.ts"
import { withCalls } from "../../../target/WithTarget.ts"
import { failed, wrongUsage } from "../../../terminal/Failure.ts"
import * as Output from "../../../terminal/Output.ts"
import { join, type Text, text } from "../../../terminal/TerminalText.ts"
import { controlling, type Options, present } from "./run.ts"

/** A webhook as flags describe it. */
export interface WebhookOptions extends Options, Selection {
  readonly url: string
  readonly event: Option.Option<string>
  readonly bodyFile: Option.Option<string>
  readonly hash: Option.Option<string>
  readonly encoding: Option.Option<string>
  readonly fault: Option.Option<string>
  readonly by: Option.Option<Duration.Duration>
  readonly maxRetries: Option.Option<number>
}

/** The text of a file, kept in each byte. */
const textOf = Effect.fnUntraced(function* (path: string) {
  const files = yield* FileSystem.FileSystem
  const bytes = yield* files
    .readFile(path)
    .pipe(Effect.mapError(() => failed(text`The file ${path} of --body-file cannot be read.`)))
  return yield* Effect.try({
    try: () => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes),
    catch: () => failed(text`The file ${path} of --body-file is not UTF-8.`)
  })
})

const faultOf = ({ by, fault }: WebhookOptions) => {
  if (Option.isNone(fault)) return Option.none()
  const late = { by: `${Duration.toMillis(Option.getOrElse(by, () => Duration.seconds(5)))} millis` }
  return Option.some({ type: fault.value, ...(fault.value === "late" && late) })
}

const decodeWebhook = Schema.decodeUnknownResult(NewWebhook, { errors: "all", onExcessProperty: "error" })

const deliveryText = ({ answer, duration, problem, status }: Delivery): Text =>
  join(
    "  ",
    [
      status === undefined ? "no answer" : `answered ${status}`,
      `${duration.toFixed(1)} ms`,
      ...(problem === undefined ? [] : [problem]),
      ...(answer === undefined ? [] : [answer.slice(0, 200)])
    ].map((part) => text`${part}`)
  )

const send = Effect.fnUntraced(function* (options: WebhookOptions) {
  const { control, event, encoding, hash } = options
  if (Option.isSome(options.by) && !Option.contains(options.fault, "late")) {
    return yield* wrongUsage(text`--by needs --fault late`)
  }
  // The secret goes along.
  if (!mayHaveSecrets(control)) {
    return yield* wrongUsage(
      text`--control must be https, or on this computer or a network of your own, such as http://127.0.0.1:4402`
    )
  }
  const { installation } = yield* Target
  const body = Option.isSome(options.bodyFile) ? Option.some(yield* textOf(options.bodyFile.value)) : Option.none()
  const decoded = decodeWebhook({
    account: installation.accountId,
    client: installation.clientId,
    client_secret: Redacted.value(installation.clientSecret),
    url: options.url,
    ...present({ event, body, hash, encoding, fault: faultOf(options), max_retries: options.maxRetries })
  })
  if (Result.isFailure(decoded)) {
    const problems = SchemaProblems.of(decoded.failure.issue).map((problem) => text`  - ${problem}`)
    return yield* wrongUsage(join("\n", [text`This webhook is not possible:`, ...problems]))
  }
  const sent = yield* controlling(options, (client) => client.webhooks.send({ payload: decoded.success }))
  yield* Output.print(sent, join("\n", sent.deliveries.map(deliveryText)))
  if (sent.deliveries.at(-1)?.status === undefined) return yield* failed(text`The receiver did not answer.`)
})

/** Sends a webhook for the application of the target, and shows each delivery. Fails if the last one has no answer. */
export const webhook = (options: WebhookOptions) => withCalls(send(options), options)
