/**
 * `login --port`: receives the callback on another port.
 */
import * as AppInstallations from "@le-auth/core/AppInstallations"
import { RedirectUri } from "@le-auth/core/Identifiers"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Net from "node:net"
import type { Target } from "../../target/Target.ts"
import { wrongUsage } from "../../terminal/Failure.ts"
import { join, text } from "../../terminal/TerminalText.ts"

/** If another program takes the port before it is opened again, the sign-in fails with `PortInUse`. */
const freePort = (host: string) =>
  Effect.callback<number>((resume) => {
    const server = Net.createServer().listen(0, host, () => {
      const { port } = server.address() as Net.AddressInfo
      server.close(() => resume(Effect.succeed(port)))
    })
  })

/**
 * The target with another port in its redirect URI; 0 is any free one.
 *
 * Only where the registration allows it: with an IP address any port matches (RFC 8252 section 7.3), with a name only
 * the registered one.
 */
export const apply = Effect.fnUntraced(function* (target: Target["Service"], port: Option.Option<number>) {
  const [registered] = target.installation.redirectUris
  if (Option.isNone(port) || registered === undefined) return target
  const url = new URL(registered)
  if (url.port === String(port.value)) return target
  const host = url.hostname.replace(/^\[|\]$/g, "")
  if (url.protocol !== "http:" || Net.isIP(host) === 0) {
    return yield* wrongUsage(
      join("\n", [
        text`The redirect URI ${registered} is registered with its port. --port needs one with an IP address, such as`,
        text`http://127.0.0.1:4401/callback, for which servers accept every port (RFC 8252 section 7.3).`
      ])
    )
  }
  url.port = String(port.value === 0 ? yield* freePort(host) : port.value)
  return {
    ...target,
    installation: new AppInstallations.AppInstallation({
      ...target.installation,
      redirectUris: [RedirectUri.make(url.href)]
    })
  }
})
