/**
 * Where Sentinel may send a webhook: to this computer, and to the hosts that its operator listed.
 *
 * The names are compared as the URL parser gives them, so another way to write an address is the same address. No name
 * is looked up here: one that is not on the list is refused, wherever it leads, and redirects are not followed.
 */
import { isLoopback } from "@le-auth/core/Origin"

/** Why a webhook may not go to an address; `undefined` if it may. `hosts` are names without a port. */
export const problemOf = ({ host, hostname }: URL, hosts: ReadonlyArray<string>): string | undefined =>
  isLoopback(host) || hosts.some((listed) => listed.toLowerCase() === hostname)
    ? undefined
    : "is not on this computer (localhost, 127.0.0.1, [::1]), and its host is not one that this Sentinel may send webhooks to"
