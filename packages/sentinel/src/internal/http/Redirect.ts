/** Sends a browser on. */
import { privateHeaders } from "@le-auth/core/shared/PagePolicy"
import * as HttpServerResponse from "effect/http/HttpServerResponse"

const found = HttpServerResponse.empty({ status: 302, headers: privateHeaders })
const seeOther = HttpServerResponse.empty({ status: 303, headers: privateHeaders })

/**
 * Sends it to an address. After a form the status is 303, so that the browser does not post the password on (RFC 9700
 * section 4.12).
 */
export const to = (address: string, status: 302 | 303): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.setHeader(status === 302 ? found : seeOther, "location", address)
