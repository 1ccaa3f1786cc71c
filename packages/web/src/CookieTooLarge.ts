/**
 * The error for a value that browsers and servers do not carry.
 *
 * @since 0.1.0
 */
import { StoreError } from "@le-auth/core/StoreError"
import * as Schema from "effect/Schema"

/**
 * A sealed value has too many characters for cookies. Browsers drop a cookie of more than 4,096 bytes, and servers
 * refuse a request whose headers are too long (Node above 16 KiB, nginx above 8 KiB a line).
 *
 * It is a `StoreError`. Nothing was kept, and trying again does not help. Keep less in the application state, or use a
 * store on the server.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6265#section-6.1 RFC 6265 section 6.1}
 * @category errors
 * @since 0.1.0
 */
export class CookieTooLarge extends StoreError.extend<CookieTooLarge>("@le-auth/web/CookieTooLarge")({
  characters: Schema.Finite,
  limit: Schema.Finite
}) {
  override get isFinal(): boolean {
    return true
  }

  override get message(): string {
    return (
      `The ${this.store} cannot keep ${this.characters} characters in the browser, ${this.limit} at most. ` +
      "Keep less in the application state, or use a store on the server."
    )
  }
}
