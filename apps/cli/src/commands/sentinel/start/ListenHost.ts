/**
 * The host that a flag names to listen on.
 */
import * as Origin from "@le-auth/core/Origin"

/** Whether only this computer reaches it. In a flag an IPv6 address has no brackets. */
export const isLoopback = (host: string): boolean => Origin.isLoopback(host.includes(":") ? `[${host}]` : host)
