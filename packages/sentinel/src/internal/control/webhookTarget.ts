/**
 * Where Sentinel may send a webhook: to this computer, and to the hosts that its operator listed.
 *
 * The names are compared as the URL parser gives them, so another way to write an address is the same address. No name
 * is looked up here: one that is not on the list is refused, wherever it leads, and redirects are not followed.
 */
import { isLoopback } from "@le-auth/core/Origin"

/** The name of a listed host as the URL parser gives it. Any other text has none. */
const nameOf = (listed: string): string | undefined => {
  // With a port, so that one that is listed along, even the usual one, makes no address.
  const url = URL.parse(`http://${listed}:1/`)
  return url !== null && url.href === `http://${url.hostname}:1/` ? url.hostname : undefined
}

/** Why a webhook may not go to an address; `undefined` if it may. `hosts` are names without a port. */
export const problemOf = ({ host, hostname }: URL, hosts: ReadonlyArray<string>): string | undefined =>
  isLoopback(host) || hosts.some((listed) => nameOf(listed) === hostname)
    ? undefined
    : "is not on this computer (localhost, 127.0.0.1, [::1]), and its host is not one that this Sentinel may send webhooks to"
