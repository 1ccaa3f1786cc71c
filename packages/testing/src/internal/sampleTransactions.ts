/** Records of sign-ins: the ordinary, the smallest, the strange, and any. */
import { AccountId, ClientId, RedirectUri } from "@le-auth/core/Identifiers"
import { Origin } from "@le-auth/core/Origin"
import { ReturnPath } from "@le-auth/core/ReturnPath"
import { Transaction } from "@le-auth/core/Transaction"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"

/** All members that a record can have. */
export const whole = Transaction.make({
  accountId: AccountId.make("12345678"),
  clientId: ClientId.make("11111111-1111-4111-8111-111111111111"),
  sentinel: Origin.make("https://va.sentinel.liveperson.net"),
  redirectUri: RedirectUri.make("https://app.example/callback?tenant=a%2Fb&empty=&x"),
  pkce: true,
  returnTo: ReturnPath.make("/inbox?folder=1#top"),
  applicationState: { cart: ["1", 2, null, true], nested: { deep: { deeper: "" } } },
  deadline: 1_700_000_000_000
})

/** Only what a record must have. Nothing may come back that was not put. */
export const smallest = Transaction.make({
  accountId: AccountId.make("le81823118"),
  clientId: ClientId.make("c"),
  sentinel: Origin.make("http://localhost:4400"),
  deadline: 0
})

/** Texts on which quoting, escaping, encodings and parsers have been seen to fail. */
export const strangeTexts: ReadonlyArray<string> = [
  "'; DROP TABLE sessions; --",
  `"quotes" and \\backslashes\\ and \`ticks\``,
  "line\nbreak\r\ttab",
  "Zoë, 日本語, 👩‍👩‍👧, עברית",
  "e\u0301 is not \u00e9",
  " spaces at both ends ",
  "%00%2F%zz&a=b;c",
  "__proto__",
  "</script><!--",
  "\u2028\u2029\ufeff"
]

/** A record of which every text is strange, as far as its type allows. */
export const strange = Transaction.make({
  ...whole,
  clientId: ClientId.make(`a b'"\\%2F;--{}[]<>&~|`),
  redirectUri: RedirectUri.make("HTTP://App.Example:80/a/../%7e+'\"?x=%00&y=<>"),
  returnTo: ReturnPath.make("/'%20\"?a=b&c={}#%2F"),
  applicationState: Object.fromEntries(strangeTexts.map((text, index) => [`${text}${index}`, [text, { [text]: text }]]))
})

const plain = Arbitrary.schema(
  Schema.Struct({
    accountId: AccountId,
    clientId: ClientId,
    pkce: Schema.optionalKey(Schema.Boolean),
    applicationState: Schema.optionalKey(Schema.Json),
    deadline: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 8_640_000_000_000_000 }))
  })
)

/** Any path of legal characters, rich in what URL parsers change: dots, escapes, broken escapes, quotes. */
const path = Arbitrary.map(
  Arbitrary.schema(
    Schema.Array(
      Schema.Literals(["a", "Z", "9", "/../", "/./", "//", "%2F", "%7e", "%zz", "?", "&", "=", '"', "'", "<", "|"])
    )
  ),
  (parts) => parts.join("")
)

const isReturnPath = Schema.is(ReturnPath)

/** Any record that an adapter can be given. */
export const any: Arbitrary.Arbitrary<Transaction> = Arbitrary.map(
  Arbitrary.all({ plain, path, hasRedirectUri: Arbitrary.schema(Schema.Boolean) }),
  ({ hasRedirectUri, path, plain }) =>
    Transaction.make({
      ...plain,
      sentinel: whole.sentinel,
      ...(hasRedirectUri ? { redirectUri: RedirectUri.make(`https://app.example/${path}`) } : {}),
      // A path that leaves the application when its dots are resolved is none; as a query it may stay.
      returnTo: ReturnPath.make(isReturnPath(`/x${path}`) ? `/x${path}` : `/x?${path}`)
    })
)

const encode = Schema.encodeSync(Schema.toCodecJson(Transaction))

/** A record as JSON, to compare it by. */
export const plainOf = (record: Transaction): unknown => structuredClone(JSON.parse(JSON.stringify(encode(record))))
