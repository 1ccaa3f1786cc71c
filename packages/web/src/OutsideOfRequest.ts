/**
 * The error for sessions in cookies that are used where there are no cookies.
 *
 * @since 0.1.0
 */
import { StoreError } from "@le-auth/core/StoreError"

/**
 * What is kept in the cookies of a browser was asked for outside of a request, or where the answer cannot bring the
 * browser new cookies. It is a `StoreError`, and trying again does not help.
 *
 * @category errors
 * @since 0.1.0
 */
export class OutsideOfRequest extends StoreError.extend<OutsideOfRequest>("@le-auth/web/OutsideOfRequest")({}) {
  override get isFinal(): boolean {
    return true
  }

  override get message(): string {
    return (
      `The ${this.store} is in the browser, so it is there in a request only (${this.operation}). ` +
      "Do this in a route of toWebHandler(services, { routes }), or keep sessions in a store on the server."
    )
  }
}
