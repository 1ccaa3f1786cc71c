/**
 * Hosts of a developer's own network that may be spoken to in plain http: names that no public DNS has, and that a
 * program was told.
 *
 * Containers call each other by such names. That no public name can be one of them is what keeps secrets off the
 * internet, whatever `NODE_ENV` is: production builds are what people try there.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6761#section-6 RFC 6761 section 6}
 * @see {@link https://www.rfc-editor.org/rfc/rfc6762#section-3 RFC 6762 section 3}
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import { label } from "./shared/Patterns.ts"

/** A label alone, unless URLs take it for an IPv4 address, as `127` and `0x7f`; or a name below a reserved one. */
const developmentName = new RegExp(
  `^(?!(?:\\d+|0x[\\da-f]*)(?::|$))${label}(?:(?:\\.${label})*\\.(?:localhost|internal|test|local))?(?::\\d{1,5})?$`,
  "i"
)

/**
 * Whether a host, with or without a port, has a name that no public DNS has: a single label, or a name below
 * `.localhost`, `.internal`, `.test` or `.local`. Letters of other languages are written in their `xn--` form.
 *
 * This is the form alone. Plain http is spoken with those only that a program lists, see {@link isListed}.
 *
 * @example
 * ```ts
 * import * as DevelopmentHosts from "@le-auth/core/DevelopmentHosts"
 *
 * DevelopmentHosts.isDevelopmentName("sentinel:4400") // => true
 * DevelopmentHosts.isDevelopmentName("app.internal") // => true
 * DevelopmentHosts.isDevelopmentName("app.example.com") // => false
 * DevelopmentHosts.isDevelopmentName("2130706433") // => false
 * ```
 *
 * @category guards
 * @since 0.1.0
 */
export const isDevelopmentName = (name: string): boolean =>
  name.length <= 259 && developmentName.test(name) && URL.canParse(`http://${name}`)

/**
 * A host that is spoken to in plain http, by its name alone.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DevelopmentHost = Schema.String.check(
  Schema.makeFilter((name: string) => isDevelopmentName(name) && !name.includes(":"), {
    expected:
      "a name that no public DNS has (one label such as sentinel, or below .localhost, .internal, .test or .local), without a port"
  })
).pipe(Schema.brand("DevelopmentHost"))
export type DevelopmentHost = typeof DevelopmentHost.Type

/**
 * The hosts as a setting has them, with commas between them: `sentinel,app`.
 *
 * @example
 * ```ts
 * import { List } from "@le-auth/core/DevelopmentHosts"
 * import * as Schema from "effect/Schema"
 *
 * Schema.decodeSync(List)("sentinel, app") // => ["sentinel", "app"]
 * ```
 *
 * @category schemas
 * @since 0.1.0
 */
export const List = Schema.String.pipe(
  Schema.decodeTo(
    Schema.Array(DevelopmentHost),
    SchemaTransformation.transform<ReadonlyArray<string>, string>({
      decode: (text) => text.split(",").map((name) => name.trim()),
      encode: (names) => names.join(",")
    })
  )
)

/**
 * Whether a host, with or without a port, is on a list of development hosts.
 *
 * @example
 * ```ts
 * import * as DevelopmentHosts from "@le-auth/core/DevelopmentHosts"
 *
 * const hosts = [DevelopmentHosts.DevelopmentHost.make("sentinel")]
 *
 * DevelopmentHosts.isListed("sentinel:4400", hosts) // => true
 * DevelopmentHosts.isListed("app:3000", hosts) // => false
 * ```
 *
 * @category guards
 * @since 0.1.0
 */
export const isListed = (host: string, hosts: ReadonlyArray<DevelopmentHost>): boolean => {
  const name = host.replace(/:\d+$/, "").toLowerCase()
  return hosts.some((listed) => listed.toLowerCase() === name)
}
