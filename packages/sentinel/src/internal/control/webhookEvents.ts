/**
 * Bodies of webhooks, in the form of LivePerson's notifications. The conversation is always the same one, and each
 * event has the next number in it, so a receiver that drops what it has seen drops none of them.
 */
import type { EventType } from "../../Webhook.ts"

const conversationId = "5f0c2a52-7b0e-4c1d-9a55-0b6f6c1f7a10"
const consumerId = "c6f1b3a0d4e24f7f8a0b7f1d2e3c4b5a"
const agentId = "3552833710"

const consumer = {
  originatorId: consumerId,
  originatorMetadata: {
    id: consumerId,
    role: "CONSUMER",
    clientProperties: {
      type: ".ClientProperties",
      appId: "webAsync",
      ipAddress: "192.0.2.10",
      deviceFamily: "DESKTOP",
      os: "LINUX",
      integration: "WEB_SDK",
      features: ["RICH_CONTENT", "AUTO_MESSAGES"]
    }
  }
}

const agent = { originatorId: agentId, originatorMetadata: { id: agentId, role: "ASSIGNED_AGENT" } }

interface Happened {
  readonly account: string
  /** In milliseconds since 1970. */
  readonly at: number
  /** The number of the event in its conversation, from 1 on. */
  readonly sequence: number
}

const changed = (
  { at, sequence }: Happened,
  originator: typeof consumer | typeof agent,
  event: Readonly<Record<string, unknown>>
) => ({
  kind: "notification",
  type: "ms.MessagingEventNotification",
  body: {
    changes: [{ sequence, ...originator, serverTimestamp: at, event, conversationId, dialogId: conversationId }]
  }
})

const bodies: Record<EventType, (happened: Happened) => unknown> = {
  "ms.MessagingEventNotification.ContentEvent": (happened) =>
    changed(happened, consumer, {
      type: "ContentEvent",
      message: "Where is my order 4711? It was to come on Friday ☂",
      contentType: "text/plain"
    }),
  "ms.MessagingEventNotification.RichContentEvent": (happened) =>
    changed(happened, agent, {
      type: "RichContentEvent",
      content: {
        type: "vertical",
        elements: [
          { type: "text", text: "May we deliver it on Monday?" },
          {
            type: "button",
            title: "Monday is fine",
            tooltip: "Monday is fine",
            click: { actions: [{ type: "publishText", text: "Monday is fine" }] }
          }
        ]
      }
    }),
  "ms.MessagingEventNotification.AcceptStatusEvent": (happened) =>
    changed(happened, agent, {
      type: "AcceptStatusEvent",
      status: "READ",
      sequenceList: [Math.max(1, happened.sequence - 1)]
    }),
  "ms.MessagingEventNotification.ChatStateEvent": (happened) =>
    changed(happened, agent, { type: "ChatStateEvent", chatState: "COMPOSING" }),
  "cqm.ExConversationChangeNotification": ({ account, at, sequence }) => ({
    kind: "notification",
    type: "cqm.ExConversationChangeNotification",
    body: {
      sentTs: at,
      changes: [
        {
          type: "UPSERT",
          result: {
            convId: conversationId,
            effectiveTTR: -1,
            conversationDetails: {
              convId: conversationId,
              brandId: account,
              skillId: "-1",
              state: "OPEN",
              stage: "OPEN",
              startTs: at,
              metaDataLastUpdateTs: at,
              participants: [
                { id: consumerId, role: "CONSUMER", state: "ACTIVE" },
                { id: agentId, role: "ASSIGNED_AGENT", state: "ACTIVE" }
              ],
              dialogs: [
                {
                  dialogId: conversationId,
                  dialogType: "MAIN",
                  channelType: "MESSAGING",
                  state: "OPEN",
                  creationTs: at,
                  metaDataLastUpdateTs: at
                }
              ]
            },
            lastContentEventNotification: { sequence, originatorId: consumerId, serverTimestamp: at }
          }
        }
      ]
    }
  })
}

/** The body of an event. */
export const bodyOf = (event: EventType, happened: Happened): string => JSON.stringify(bodies[event](happened))
