/** What LivePerson's guide and le-auth ask of an installation document beyond its types, rule after rule. */
import * as Predicate from "effect/Predicate"
import type { Finding, InstallationDocument, Rule, Severity } from "../InstallationDocument.ts"
import { canBeLocal } from "../Origin.ts"
import * as RegisteredUri from "../shared/RegisteredUri.ts"

export const limits = {
  client_name: 128,
  display_name: 128,
  description: 256,
  redirect_uris: 128,
  scope: 128,
  logo_uri: 1024,
  entry_uri: 1024,
  max_retries: 5
} as const

/** Each rule with its severity. `docs/installation.md` has the same table, and a test compares the two. */
export const rules = {
  shape: "refused",
  tooLong: "refused",
  language: "refused",
  webhookEndpoint: "refused",
  engagement: "refused",
  credentials: "needed",
  placeholder: "needed",
  noGrantType: "needed",
  noRefreshToken: "needed",
  noRedirectUri: "needed",
  redirectUri: "needed",
  insecureRedirectUri: "needed",
  noCode: "needed",
  noScope: "needed",
  scope: "needed",
  entryUri: "needed",
  entryIsCallback: "needed",
  disabled: "needed",
  unknownMember: "advice",
  repeated: "advice",
  unusedRefreshToken: "advice",
  unusedRedirectUris: "advice",
  implicit: "advice",
  entryWithoutSignIn: "advice",
  quickLaunch: "advice",
  logo: "advice",
  unknownEvent: "advice"
} as const satisfies Readonly<Record<string, Severity>>

export const finding = (rule: Rule, field: string, problem: string, remedy: string): Finding => ({
  rule,
  severity: rules[rule],
  field,
  problem,
  remedy
})

/** How a member is written. */
const examples: Readonly<Record<string, unknown>> = {
  client_name: "com.example.app",
  display_name: "Example",
  description: "Shows conversations",
  grant_types: ["authorization_code", "refresh_token"],
  redirect_uris: ["https://app.example.com/callback"],
  response_types: ["code"],
  scope: "msg.consumer",
  logo_uri: "https://app.example.com/logo.png",
  capabilities: {
    webhooks: {
      "ms.MessagingEventNotification.ContentEvent": { endpoint: "https://app.example.com/webhooks", max_retries: 3 }
    }
  },
  quick_launch_enabled: true,
  entry_uri: "https://app.example.com/login",
  enabled: true,
  enabled_for_profiles: [1]
}

/** `Write it as in "client_name": "com.example.app".` */
export const example = (member: string): string =>
  `Write it as in ${JSON.stringify(member)}: ${text(examples[member])}.`

/** JSON in one line, with a space where people put one. */
const text = (value: unknown): string =>
  Array.isArray(value)
    ? `[${value.map(text).join(", ")}]`
    : Predicate.isObject(value)
      ? `{ ${Object.entries(value)
          .map(([name, member]) => `${JSON.stringify(name)}: ${text(member)}`)
          .join(", ")} }`
      : JSON.stringify(value)

const memberOf = (path: string): string => /^[a-z_]*/.exec(path)![0]

/** What the schema has found, as a sentence. */
export const wrongShape = (path: string, problem: string): Finding => {
  const member = memberOf(path)
  return finding("shape", path, `It ${problem}.`, example(Object.hasOwn(examples, member) ? member : "client_name"))
}

/** A client id and its secret are what LivePerson answers with. */
const given = new Set(["id", "client_id", "client_secret"])

export const unknownMember = (path: string, hint: string): Finding =>
  given.has(path)
    ? finding(
        "credentials",
        path,
        "LivePerson gives an application its id and its secret, and the document is shown to others.",
        "Remove it, and keep the secret as LE_AUTH_CLIENT_SECRET. If the document was sent around, ask for another one."
      )
    : finding(
        "unknownMember",
        path,
        ["LivePerson's guide does not have it.", ...(hint === "" ? [] : [/[.?]$/.test(hint) ? hint : `${hint}.`])].join(
          " "
        ),
        "Correct its name, or remove it."
      )

const localisable = ["client_name", "display_name", "description"] as const

const isLanguage = (tag: string): boolean => {
  try {
    return Intl.getCanonicalLocales(tag).length === 1
  } catch {
    return false
  }
}

const localisedOf = (member: string) => localisable.find((name) => member.startsWith(`${name}#`))

/** The tags behind the members that are there once more for a language. */
export const localised = (document: object): ReadonlyArray<Finding> =>
  Object.keys(document).flatMap((member) => {
    const name = localisedOf(member)
    return name === undefined || isLanguage(member.slice(name.length + 1))
      ? []
      : [
          finding(
            "language",
            member,
            "What follows # is not a language tag (RFC 5646).",
            `Write a language, such as ${name}#de or ${name}#pt-BR.`
          )
        ]
  })

const tooLongAt = (field: string, value: unknown, limit: number): ReadonlyArray<Finding> =>
  typeof value === "string" && value.length > limit
    ? [
        finding(
          "tooLong",
          field,
          `It has ${value.length} characters, and LivePerson takes at most ${limit}.`,
          field.startsWith("redirect_uris") ? "Register a shorter address." : "Shorten it."
        )
      ]
    : []

/** Read from the raw document, since a text that is too long for the schema is in nothing that it decodes. */
export const tooLong = (document: object): ReadonlyArray<Finding> =>
  Object.entries(document).flatMap(([member, value]) => {
    if (member === "redirect_uris") {
      const uris: ReadonlyArray<unknown> = Array.isArray(value) ? value.slice(0, 1000) : []
      return uris.flatMap((uri, index) => tooLongAt(`redirect_uris[${index}]`, uri, limits.redirect_uris))
    }
    const name = localisedOf(member) ?? member
    return Object.hasOwn(limits, name) ? tooLongAt(member, value, limits[name as keyof typeof limits]) : []
  })

/** `{YOUR_APPLICATION_DOMAIN}` and `<YOURAPPNAME>` of LivePerson's examples. */
const isPlaceholder = (value: string): boolean => /\{[^{}]*\}|<[^<>]*>/.test(value)

const placeholder = (field: string): Finding =>
  finding("placeholder", field, "It has a placeholder of an example in it.", "Put your own value in its place.")

/** An https address, or one in http on this computer or under a name that no public DNS has. */
const secureUrl = (uri: string): URL | undefined => {
  const url = URL.parse(uri)
  return url !== null && (url.protocol === "https:" || (url.protocol === "http:" && canBeLocal(url.host)))
    ? url
    : undefined
}

const redirectUri = (uri: string, field: string): ReadonlyArray<Finding> => {
  if (isPlaceholder(uri)) return [placeholder(field)]
  const problem = RegisteredUri.problemOf(uri)
  if (problem !== undefined) {
    return [
      finding(
        "redirectUri",
        field,
        `As a redirect URI it ${problem}.`,
        "Write it as in https://app.example.com/callback."
      )
    ]
  }
  return secureUrl(uri) === undefined
    ? [
        finding(
          "insecureRedirectUri",
          field,
          "It is plain http to another computer, so everyone on the way can read the code (RFC 9700 section 2.6).",
          "Register https; http is for localhost, 127.0.0.1, [::1] and names that no public DNS has, such as app or " +
            "app.internal. LivePerson takes it, le-auth does not."
        )
      ]
    : []
}

/** The members of a document that can be read. */
export type Read = Partial<InstallationDocument>

const grants = ({ grant_types = [], redirect_uris = [], response_types, scope }: Read): ReadonlyArray<Finding> => {
  const has = (grant: string) => (grant_types as ReadonlyArray<string>).includes(grant)
  const signsIn = has("authorization_code")
  const findings: Array<Finding> = []
  const add = (...found: Parameters<typeof finding>) => void findings.push(finding(...found))
  if (!signsIn && !has("client_credentials")) {
    add(
      "noGrantType",
      "grant_types",
      "It has neither authorization_code nor client_credentials, so the application gets no token.",
      'Write ["authorization_code", "refresh_token"] for users who sign in, and add "client_credentials" for tokens of ' +
        "the application's own."
    )
  }
  if (signsIn && !has("refresh_token")) {
    add(
      "noRefreshToken",
      "grant_types",
      "It has authorization_code without refresh_token, so each session ends with its first access token.",
      'Add "refresh_token".'
    )
  }
  if (!signsIn && has("refresh_token")) {
    add(
      "unusedRefreshToken",
      "grant_types",
      "It has refresh_token without authorization_code, and no other grant gives a refresh token.",
      'Add "authorization_code" if users sign in, else remove "refresh_token".'
    )
  }
  if (signsIn && redirect_uris.length === 0) {
    add(
      "noRedirectUri",
      "redirect_uris",
      "There is none, and authorization_code needs one: the callback of a sign-in goes there.",
      example("redirect_uris")
    )
  }
  if (!signsIn && redirect_uris.length > 0) {
    add(
      "unusedRedirectUris",
      "redirect_uris",
      "Without authorization_code no callback goes there.",
      'Remove them, or add "authorization_code" to grant_types if users sign in.'
    )
  }
  if (signsIn && response_types !== undefined && !response_types.includes("code")) {
    add(
      "noCode",
      "response_types",
      "It does not have code, which every sign-in of le-auth asks for.",
      'Add "code", or leave response_types out.'
    )
  }
  if (response_types?.some((type) => type !== "code") === true) {
    add(
      "implicit",
      "response_types",
      "It has types that bring tokens in addresses, where logs and other pages see them (RFC 9700 section 2.1.2).",
      'Write ["code"] alone: le-auth uses no other.'
    )
  }
  if (has("client_credentials") && (scope ?? "").trim() === "") {
    add(
      "noScope",
      "scope",
      "There is none, so a token of the application's own (client_credentials) opens nothing.",
      "Write the values that the APIs ask for, such as msg.consumer or users.external."
    )
  }
  return findings
}

const scopes = ({ scope }: Read): ReadonlyArray<Finding> => {
  if (scope === undefined || scope.trim() === "") return []
  if (isPlaceholder(scope)) return [placeholder("scope")]
  return /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/.test(scope)
    ? []
    : [
        finding(
          "scope",
          "scope",
          "It is not a list of values with one space between them (RFC 6749 section 3.3).",
          "Write the values without quotes and commas, as in msg.consumer users.external."
        )
      ]
}

const repeated = (field: string, list: ReadonlyArray<string> = []): ReadonlyArray<Finding> =>
  new Set(list).size < list.length
    ? [finding("repeated", field, "It has the same value twice.", "Remove one of them.")]
    : []

const entry = ({ entry_uri, grant_types = [], redirect_uris = [] }: Read): ReadonlyArray<Finding> => {
  if (entry_uri === undefined) return []
  if (isPlaceholder(entry_uri)) return [placeholder("entry_uri")]
  const url = secureUrl(entry_uri)
  if (url === undefined) {
    return [
      finding(
        "entryUri",
        "entry_uri",
        "It is not an absolute https address, or one in http on this computer or a development host.",
        example("entry_uri")
      )
    ]
  }
  if (!grant_types.includes("authorization_code")) {
    return [
      finding(
        "entryWithoutSignIn",
        "entry_uri",
        "It is where a sign-in starts, and without authorization_code there is none.",
        'Remove it, or add "authorization_code" to grant_types if users sign in.'
      )
    ]
  }
  const isCallback = redirect_uris.some((uri) => {
    const callback = URL.parse(uri)
    return callback !== null && callback.origin === url.origin && callback.pathname === url.pathname
  })
  return isCallback
    ? [
        finding(
          "entryIsCallback",
          "entry_uri",
          "It is a redirect URI, which refuses all that does not come from a sign-in under way.",
          "Write the address that starts the sign-in: the route login, or a page that leads there."
        )
      ]
    : []
}

const menu = ({ enabled_for_profiles = [], entry_uri, quick_launch_enabled }: Read): ReadonlyArray<Finding> => {
  if (quick_launch_enabled !== true) return []
  const missing = [
    ...(entry_uri === undefined ? ["entry_uri, which it opens"] : []),
    ...(enabled_for_profiles.length === 0 ? ["enabled_for_profiles, the profiles of users who have it"] : [])
  ]
  return missing.length === 0
    ? []
    : [
        finding(
          "quickLaunch",
          "quick_launch_enabled",
          `LivePerson's menu also needs ${missing.join(", and ")}.`,
          "Add that, or remove quick_launch_enabled."
        )
      ]
}

/** Those of LivePerson's guide. */
export const webhookEvents = [
  "ms.MessagingEventNotification.ContentEvent",
  "ms.MessagingEventNotification.RichContentEvent",
  "ms.MessagingEventNotification.AcceptStatusEvent",
  "ms.MessagingEventNotification.ChatStateEvent",
  "cqm.ExConversationChangeNotification"
] as const

const isKnownEvent = (name: string): boolean => (webhookEvents as ReadonlyArray<string>).includes(name)

const webhooks = ({ capabilities }: Read): ReadonlyArray<Finding> =>
  Object.entries(capabilities?.webhooks ?? {}).flatMap(([event, { endpoint }]) => {
    const field = `capabilities.webhooks.${event}`
    const url = URL.parse(endpoint)
    return [
      ...(isPlaceholder(endpoint)
        ? [placeholder(`${field}.endpoint`)]
        : url?.protocol === "https:"
          ? []
          : [
              finding(
                "webhookEndpoint",
                `${field}.endpoint`,
                "It is not an https address, and LivePerson sends notifications to no other.",
                "Write it as in https://app.example.com/webhooks."
              )
            ]),
      ...(isKnownEvent(event)
        ? []
        : [
            finding(
              "unknownEvent",
              field,
              "LivePerson's guide does not have this event.",
              `Compare its name with those of the guide: ${webhookEvents.join(", ")}.`
            )
          ])
    ]
  })

const engagementMembers = [
  "design_engagement",
  "design_window",
  "entry_point",
  "visitor_behavior",
  "target_audience",
  "goal",
  "consumer_identity",
  "language_selection"
] as const

const engagement = ({ capabilities }: Read): ReadonlyArray<Finding> => {
  const given = capabilities?.engagement
  if (given === undefined) return []
  const missing = engagementMembers.filter((member) => given[member] === undefined)
  return missing.length === 0
    ? []
    : [
        finding(
          "engagement",
          "capabilities.engagement",
          `It has all of its members or is left out; missing: ${missing.join(", ")}.`,
          "Add them, or remove engagement."
        )
      ]
}

const logo = ({ logo_uri }: Read): ReadonlyArray<Finding> => {
  if (logo_uri === undefined) return []
  if (isPlaceholder(logo_uri)) return [placeholder("logo_uri")]
  return URL.parse(logo_uri)?.protocol === "https:"
    ? []
    : [
        finding(
          "logo",
          "logo_uri",
          "It is not an https address, and pages in https show no other picture.",
          "Write the https address of a picture of 70 by 70 pixels."
        )
      ]
}

/** What is asked of members that can be read. Nothing follows from one of `unread`, which has its own finding. */
export const about = (document: Read, unread: ReadonlySet<string>): ReadonlyArray<Finding> => {
  const { client_name, display_name, enabled, grant_types, redirect_uris = [], response_types } = document
  const isRead = (...members: ReadonlyArray<string>) => members.every((member) => !unread.has(member))
  return [
    ...Object.entries({ client_name, display_name }).flatMap(([member, name]) =>
      name !== undefined && isPlaceholder(name) ? [placeholder(member)] : []
    ),
    ...(isRead("grant_types") ? grants(document).filter(({ field }) => isRead(field)) : []),
    ...redirect_uris.flatMap((uri, index) => redirectUri(uri, `redirect_uris[${index}]`)),
    ...repeated("grant_types", grant_types),
    ...repeated("redirect_uris", redirect_uris),
    ...repeated("response_types", response_types),
    ...scopes(document),
    ...entry(document).filter(({ rule }) => rule !== "entryWithoutSignIn" || isRead("grant_types")),
    ...(isRead("entry_uri", "enabled_for_profiles") ? menu(document) : []),
    ...(enabled === false
      ? [finding("disabled", "enabled", "An application that is disabled gets no token.", "Write true, or remove it.")]
      : []),
    ...logo(document),
    ...webhooks(document),
    ...engagement(document)
  ]
}
