/** `/control/webhooks`: what Sentinel sends to an application. */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import { InvalidChange, NotThere } from "../../ControlError.ts"
import { NewWebhook, SentWebhook } from "../../Webhook.ts"

/** Webhooks: to send one now. */
export class WebhooksGroup extends HttpApiGroup.make("webhooks").add(
  HttpApiEndpoint.post("send", "/control/webhooks", {
    payload: NewWebhook,
    success: SentWebhook,
    error: [InvalidChange, NotThere]
  }).annotateMerge(
    OpenApi.annotations({
      title: "Send a signed webhook",
      description:
        "To this computer, or to a host that this Sentinel was told to send webhooks to. The answer comes when the last " +
        "delivery is over."
    })
  )
) {}
