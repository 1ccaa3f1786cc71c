/**
 * The document by which LivePerson installs an application in an account, and what is wrong with one.
 *
 * @see LivePerson, "Installing Conversational Cloud applications"
 * @see {@link https://www.rfc-editor.org/rfc/rfc7591#section-2 RFC 7591 section 2}
 * @since 0.1.0
 */
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Rules from "./internal/installationRules.ts"
import * as SchemaProblems from "./SchemaProblems.ts"
import * as StorableText from "./shared/StorableText.ts"

/**
 * The limits that LivePerson documents, in characters (`max_retries`: in repetitions). That of `redirect_uris` counts
 * for each URI.
 *
 * @category models
 * @since 0.1.0
 */
export const limits = Rules.limits

/**
 * The events of webhooks that LivePerson documents.
 *
 * @see LivePerson, "Connector API", Webhooks
 * @category models
 * @since 0.1.0
 */
export const webhookEvents = Rules.webhookEvents

/** More than LivePerson takes, where Sentinel takes more, so that a longer text can be tried with it. */
const longText = StorableText.upTo(2048)
const name = StorableText.upTo(limits.client_name).check(Schema.isNonEmpty())
const description = StorableText.upTo(limits.description)
const optional = Schema.optionalKey
/** Lists of what a person writes by hand. */
const few = Schema.isMaxLength(100, { expected: "at most 100 entries" })
const many = Schema.isMaxLength(1000, { expected: "at most 1000 entries" })

/**
 * The grant types of an installation.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-1.3 RFC 6749 section 1.3}
 * @category schemas
 * @since 0.1.0
 */
export const GrantType = Schema.Literals(["authorization_code", "refresh_token", "client_credentials"])
export type GrantType = typeof GrantType.Type

/**
 * The response types of an installation. le-auth uses `code`; the others bring tokens in addresses.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-2.1.2 RFC 9700 section 2.1.2}
 * @category schemas
 * @since 0.1.0
 */
export const ResponseType = Schema.Literals(["code", "token", "id_token", "id_token token"])
export type ResponseType = typeof ResponseType.Type

/**
 * Where LivePerson sends the notifications of one event, and with which headers.
 *
 * @see LivePerson, "Connector API", Webhooks
 * @category schemas
 * @since 0.1.0
 */
export const Webhook = Schema.Struct({
  endpoint: longText.check(Schema.isNonEmpty()),
  /** How often LivePerson repeats a notification that was not answered. */
  max_retries: optional(
    Schema.Int.check(
      Schema.isBetween(
        { minimum: 0, maximum: limits.max_retries },
        { expected: `a whole number from 0 to ${limits.max_retries}` }
      )
    )
  ),
  headers: optional(
    Schema.Array(Schema.Struct({ header_name: longText.check(Schema.isNonEmpty()), header_value: longText })).check(few)
  )
})
export type Webhook = typeof Webhook.Type

/** LivePerson's table has a text where its example has a list. */
const choice = optional(Schema.Union([longText, Schema.Array(longText).check(few)]))

/**
 * How an application takes part in LivePerson's engagements. It has no meaning for authorization.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Engagement = Schema.Struct({
  design_engagement: optional(Schema.Boolean),
  design_window: optional(Schema.Boolean),
  entry_point: choice,
  visitor_behavior: choice,
  target_audience: choice,
  goal: choice,
  consumer_identity: choice,
  language_selection: optional(Schema.Boolean)
})
export type Engagement = typeof Engagement.Type

/**
 * What LivePerson's services do with an application: `webhooks` by the name of the event, and `engagement`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Capabilities = Schema.Struct({
  webhooks: optional(
    Schema.Record(StorableText.upTo(256), Webhook).check(
      Schema.isMaxProperties(100, { expected: "at most 100 events" })
    )
  ),
  engagement: optional(Engagement)
}).annotate({ identifier: "Capabilities" })
export type Capabilities = typeof Capabilities.Type

/**
 * A document of LivePerson's guide, with its own names: `client_name` is the only member that it must have.
 *
 * `client_name`, `display_name` and `description` may be there once more for a language: `client_name#de` (RFC 7591
 * section 2.2). Members that the guide does not have are named by {@link check}; decode with
 * `onExcessProperty: "error"` where none may be left out in silence.
 *
 * @example
 * ```ts
 * import * as InstallationDocument from "@le-auth/core/InstallationDocument"
 * import * as Schema from "effect/Schema"
 *
 * const document = Schema.decodeSync(InstallationDocument.InstallationDocument)({
 *   client_name: "com.example.app",
 *   "display_name#de": "Beispiel",
 *   grant_types: ["authorization_code", "refresh_token"],
 *   redirect_uris: ["https://app.example.com/callback"]
 * })
 * document["display_name#de"] // => "Beispiel"
 * ```
 *
 * @see LivePerson, "Installing Conversational Cloud applications"
 * @category schemas
 * @since 0.1.0
 */
export const InstallationDocument = Schema.StructWithRest(
  Schema.Struct({
    /** Unique, such as `com.example.app`. */
    client_name: name,
    /** What people see. */
    display_name: optional(name),
    description: optional(description),
    grant_types: optional(Schema.Array(GrantType).check(Schema.isMaxLength(16, { expected: "at most 16 entries" }))),
    redirect_uris: optional(Schema.Array(longText).check(many)),
    response_types: optional(
      Schema.Array(ResponseType).check(Schema.isMaxLength(16, { expected: "at most 16 entries" }))
    ),
    /** Values with a space between them, such as `msg.consumer`. */
    scope: optional(longText),
    /** A logo of 70 by 70 pixels. */
    logo_uri: optional(StorableText.upTo(limits.logo_uri)),
    capabilities: optional(Capabilities),
    /** Whether LivePerson's menu has the application. It opens `entry_uri`. */
    quick_launch_enabled: optional(Schema.Boolean),
    /** The address of the application that starts a sign-in. */
    entry_uri: optional(StorableText.upTo(limits.entry_uri)),
    enabled: optional(Schema.Boolean),
    /** The profiles of users whose menu has the application. */
    enabled_for_profiles: optional(Schema.Array(Schema.Int).check(many))
  }),
  [
    Schema.Record(Schema.TemplateLiteral([Schema.Literals(["client_name", "display_name"]), "#", Schema.String]), name),
    Schema.Record(Schema.TemplateLiteral(["description#", Schema.String]), description)
  ]
)
export type InstallationDocument = typeof InstallationDocument.Type

/**
 * How much a finding counts: LivePerson refuses the document, le-auth cannot do what the document is for, or the
 * document could be better.
 *
 * @category models
 * @since 0.1.0
 */
export type Severity = "refused" | "needed" | "advice"

/**
 * What {@link check} looks at, each with its severity.
 *
 * @category models
 * @since 0.1.0
 */
export const rules = Rules.rules

/**
 * The name of a rule, which stays the same.
 *
 * @category models
 * @since 0.1.0
 */
export type Rule = keyof typeof rules

/**
 * Something that is wrong with a document. No word of it repeats a value, since headers of webhooks may be secrets.
 *
 * @category models
 * @since 0.1.0
 */
export interface Finding {
  readonly rule: Rule
  readonly severity: Severity
  /** The path of the value, such as `redirect_uris[0]`; empty for the whole document. */
  readonly field: string
  readonly problem: string
  /** What to do. */
  readonly remedy: string
}

const decoder = <S extends Schema.ConstraintDecoder<unknown>>(schema: S, onExcessProperty: "ignore" | "error") =>
  Schema.decodeUnknownResult(schema, { errors: "all", onExcessProperty })
const lenient = decoder(InstallationDocument, "ignore")
const strict = decoder(InstallationDocument, "error")

const mistakesIn = (decoded: ReturnType<typeof lenient>): ReadonlyArray<SchemaProblems.Mistake> =>
  Result.match(decoded, { onFailure: ({ issue }) => SchemaProblems.all(issue), onSuccess: () => [] })

const readers = Object.entries(InstallationDocument.schema.fields).map(([name, field]) => ({
  name,
  read: decoder(Schema.Struct({ [name]: field }) as Schema.Codec<object>, "ignore")
}))

/** The members that can be read, and the names of those that cannot. */
const membersOf = (document: object): { readonly read: Rules.Read; readonly unread: ReadonlySet<string> } => {
  const there = readers.filter(({ name }) => Object.hasOwn(document, name))
  const results = there.map(({ name, read }) => ({ name, result: read(document) }))
  return {
    read: Object.assign({}, ...results.map(({ result }) => Result.getOrElse(result, () => ({})))),
    unread: new Set(results.filter(({ result }) => Result.isFailure(result)).map(({ name }) => name))
  }
}

/** More than a person reads. */
const most = 100

/**
 * Says all that is wrong with a document, in the order of severity: what LivePerson refuses, what le-auth needs, and
 * advice. A document of other types also gets its findings. At most 100, of which none repeats a value.
 *
 * @example
 * ```ts
 * import * as InstallationDocument from "@le-auth/core/InstallationDocument"
 *
 * const findings = InstallationDocument.check({
 *   client_name: "com.example.app",
 *   grant_types: ["authorization_code"],
 *   redirect_uris: ["https://app.example.com/callback"]
 * })
 * findings.map(({ rule, field }) => [rule, field]) // => [["noRefreshToken", "grant_types"]]
 * ```
 *
 * @category combinators
 * @since 0.1.0
 */
export const check = (document: unknown): ReadonlyArray<Finding> => {
  if (!Predicate.isObject(document)) {
    return [Rules.finding("shape", "", "The document must be an object.", Rules.example("client_name"))]
  }
  // Members that are too long have a rule of their own, which also knows where Sentinel takes more.
  const long = Rules.tooLong(document)
  const known = new Set(long.map(({ field }) => field))
  const wrong = mistakesIn(lenient(document)).filter(({ path }) => !known.has(path))
  for (const { path } of wrong) known.add(path)
  const unknown = mistakesIn(strict(document)).filter(({ path }) => !known.has(path))
  const { read, unread } = membersOf(document)

  const findings = [
    ...wrong.slice(0, most).map(({ path, problem }) => Rules.wrongShape(path, problem)),
    ...long,
    ...unknown.slice(0, most).map(({ hint, path }) => Rules.unknownMember(path, hint)),
    ...Rules.localised(document),
    ...Rules.about(read, unread)
  ]
  const order: ReadonlyArray<Severity> = ["refused", "needed", "advice"]
  return order.flatMap((severity) => findings.filter((finding) => finding.severity === severity)).slice(0, most)
}
