/** Sends signed webhooks, so that the receiver of an application can be tried. */
import * as RequestLimits from "@le-auth/core/RequestLimits"
import * as SchemaProblems from "@le-auth/core/SchemaProblems"
import * as Utf8 from "@le-auth/core/shared/Utf8"
import * as Transport from "@le-auth/core/Transport"
import * as TransportProblem from "@le-auth/core/TransportProblem"
import * as WebhookSignature from "@le-auth/core/WebhookSignature"
import * as Clock from "effect/Clock"
import * as Digest from "effect/crypto/Digest"
import * as Mac from "effect/crypto/Mac"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { InvalidChange, NotThere } from "../../ControlError.ts"
import type { Directory } from "../../Directory.ts"
import * as SentinelConfig from "../../SentinelConfig.ts"
import { type Delivery, NewWebhook, type SentWebhook } from "../../Webhook.ts"
import type { Journal } from "./Journal.ts"
import type { VirtualClock } from "./VirtualClock.ts"
import * as WebhookEvents from "./webhookEvents.ts"
import * as WebhookTarget from "./webhookTarget.ts"

/** Webhooks: to send one now. */
export interface Webhooks {
  /** Sends it, and gives all deliveries when the last one is over. It does not fail if the receiver refuses it. */
  readonly send: (webhook: NewWebhook) => Effect.Effect<SentWebhook, InvalidChange | NotThere>
}

/** In a program that gives none. Each platform of Sentinel has fetch. */
const TransportLive = Transport.layer.pipe(Layer.provide(FetchHttpClient.layer))

/** LivePerson waits 5 s for an answer. What an answer says is for people, so little of it is read. */
const limits = { timeout: "5 seconds", maximumBodySize: "64 KiB" } as const

/** How much of an answer is shown. */
const excerpt = 1000

const isAccepted = (status: number | undefined): boolean => status === 200 || status === 201

/** For a signature that has the form of one. */
const otherSecret = Redacted.make("the secret of no application", { label: "client_secret" })

/** That of all built-in applications, which is public. */
const builtInSecret = () => SentinelConfig.development().accounts[0].installations[0]?.client_secret

const problemsIn = Schema.decodeUnknownResult(Schema.toType(NewWebhook), {
  errors: "all",
  onExcessProperty: "error"
})

const invalid = (...problems: ReadonlyArray<string>) => new InvalidChange({ problems })

/** RFC 9110 sections 15.4.2 to 15.4.9; status 304 and others lead nowhere. */
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

const problemOfStatus = (status: number): string | undefined => {
  if (isAccepted(status)) return undefined
  return status === 0 || redirects.has(status)
    ? "it answered with a redirect, which is not followed"
    : "LivePerson takes 200 and 201 only, and repeats after everything else"
}

/** A receiver may send back what it was configured with: as it is, as JSON, or as in an address or a form. */
const shown = (answer: string, secret: Redacted.Redacted<string>): string => {
  const text = Redacted.value(secret)
  const forms = [
    text,
    JSON.stringify(text).slice(1, -1),
    encodeURIComponent(text),
    new URLSearchParams([["", text]]).toString().slice(1)
  ]
  // The longest first, so that nothing is left of it.
  return forms
    .toSorted((a, b) => b.length - a.length)
    .reduce((shown, form) => shown.replaceAll(form, "<redacted>"), answer)
    .slice(0, excerpt)
}

const deliveryOf = (
  result: Result.Result<Transport.Answer, TransportProblem.TransportProblem>,
  duration: number,
  secret: Redacted.Redacted<string>
): Delivery => {
  if (Result.isFailure(result)) return { duration, problem: TransportProblem.what(result.failure) }
  const { body, status } = result.success
  const problem = problemOfStatus(status)
  return {
    duration,
    ...(status === 0 ? {} : { status }),
    ...(body === "" ? {} : { answer: shown(body, secret) }),
    ...(problem === undefined ? {} : { problem })
  }
}

/** Makes the sender. `hosts` are those beside this computer. */
export const make = Effect.fnUntraced(function* (parts: {
  readonly clock: VirtualClock["Service"]
  readonly directory: Directory["Service"]
  readonly hosts: ReadonlyArray<string>
  readonly journal: Journal["Service"]
}) {
  const { clock, directory, hosts, journal } = parts
  const digest = yield* Digest.Digest
  const mac = yield* Effect.provide(Mac.Mac, Mac.layerWebCrypto)
  const given = Option.getOrUndefined(yield* Effect.serviceOption(Transport.Transport))
  const transport = given ?? (yield* Effect.provide(Transport.Transport, TransportLive))
  let events = 0

  /** The secret, if it is that of the application. */
  const secretOf = Effect.fnUntraced(function* ({ account, client, client_secret }: NewWebhook) {
    const found = Option.getOrUndefined(yield* directory.installation(account, client))
    if (found === undefined) {
      return yield* new NotThere({ what: `enabled application ${client} in account ${account}` })
    }
    const { secretHash } = found
    if (secretHash === undefined) return yield* invalid("client: has no secret, so nothing can be signed for it")
    const secret = client_secret ?? builtInSecret()
    const hash = secret && (yield* Effect.orDie(digest.digest(Digest.sha256, Utf8.encode(Redacted.value(secret)))))
    if (secret !== undefined && hash !== undefined && Mac.timingSafeEqual(hash, secretHash)) return secret
    return yield* invalid(
      client_secret === undefined
        ? "client_secret: is needed, since Sentinel keeps only a hash of the application's secret"
        : "client_secret: is not that of the application"
    )
  })

  const deliver = Effect.fnUntraced(function* (
    { account, client }: NewWebhook,
    name: string,
    request: Transport.Request,
    secret: Redacted.Redacted<string>
  ) {
    const note = ({ duration, problem, status }: Delivery) =>
      Effect.map(clock.state, ({ now }) =>
        journal.add({
          time: now,
          kind: "change",
          // A path or a query may have a secret of the receiver's in it.
          outcome: `${name} sent to ${new URL(request.url).origin}, ${status === undefined ? "no answer" : `answered ${status}`}`,
          ...(problem === undefined ? {} : { reason: problem }),
          ...(status === undefined ? {} : { status }),
          duration,
          account,
          client,
          warnings: [],
          steps: []
        })
      )
    const monotonic = Effect.map(Clock.Clock, (time) => Number(time.monotonicTimeNanosUnsafe()) / 1e6)
    const begun = yield* monotonic
    const [duration, result] = yield* Effect.timed(Effect.result(transport.send(request))).pipe(
      Effect.provideService(RequestLimits.RequestLimits, limits),
      // The receiver may have got it all the same.
      Effect.onInterrupt(() =>
        Effect.flatMap(monotonic, (end) =>
          note({ duration: end - begun, problem: "the caller went away before its answer" })
        )
      )
    )
    const delivery = deliveryOf(result, Duration.toMillis(duration), secret)
    yield* note(delivery)
    return delivery
  })

  const send = Effect.fnUntraced(function* (
    webhook: NewWebhook
  ): Effect.fn.Return<SentWebhook, InvalidChange | NotThere> {
    const checked = problemsIn(webhook)
    if (Result.isFailure(checked)) return yield* invalid(...SchemaProblems.of(checked.failure.issue))
    const url = new URL(webhook.url)
    const problem = WebhookTarget.problemOf(url, hosts)
    if (problem !== undefined) return yield* invalid(`url: ${problem}`)
    const secret = yield* secretOf(webhook)

    const { account, client, encoding = "base64", fault, hash = "sha1", max_retries = 0 } = webhook
    const { event = "ms.MessagingEventNotification.ContentEvent" } = webhook
    const { now } = yield* clock.state
    const body = webhook.body ?? WebhookEvents.bodyOf(event, { account, at: now, sequence: ++events })
    const signature = yield* WebhookSignature.sign({
      secret: fault?.type === "wrong-signature" ? otherSecret : secret,
      body: Utf8.encode(body),
      hash,
      encoding
    }).pipe(Effect.provideService(Mac.Mac, mac))
    const request: Transport.Request = {
      method: "POST",
      url: url.href,
      headers: {
        "content-type": "application/json",
        "x-liveperson-account-id": account,
        "x-liveperson-client-id": client,
        [WebhookSignature.headerName]: signature
      },
      body
    }
    const name = webhook.body === undefined ? `webhook ${event}` : "webhook"

    if (fault?.type === "late") yield* Effect.sleep(fault.by)
    const deliveries: Array<Delivery> = []
    let accepted = true
    for (let time = 0; time < (fault?.type === "twice" ? 2 : 1); time++) {
      let last: Delivery | undefined
      for (let attempt = 0; attempt <= max_retries && !isAccepted(last?.status); attempt++) {
        last = yield* deliver(webhook, name, request, secret)
        deliveries.push(last)
      }
      accepted &&= isAccepted(last?.status)
    }
    return { accepted, deliveries }
  })

  return { send } satisfies Webhooks
})
