/**
 * Why a request had no answer that can be used: the same reasons whatever carries the requests.
 *
 * Each says to which host the request went, the runtime's own `code` if it has one, and whether the request was `sent`:
 * if not, nothing was done at the other side. The message says what happened and what to do.
 *
 * @since 0.1.0
 */
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

const fields = {
  /** The host that was to answer. */
  host: Schema.String,
  /** The proxy on the way, if the request took one: host and port, never credentials. */
  proxy: Schema.optionalKey(Schema.String),
  /** The runtime's own name of the failure, or more about it. */
  code: Schema.optionalKey(Schema.String),
  /** Whether the other side may have the request, and may have acted on it. */
  sent: Schema.Boolean
}

/**
 * The name of the host could not be resolved.
 *
 * @category errors
 * @since 0.1.0
 */
export class NotResolved extends Schema.TaggedError<NotResolved>()("NotResolved", fields) {}

/**
 * The host refused the connection.
 *
 * @category errors
 * @since 0.1.0
 */
export class ConnectionRefused extends Schema.TaggedError<ConnectionRefused>()("ConnectionRefused", fields) {}

/**
 * There is no route to the host.
 *
 * @category errors
 * @since 0.1.0
 */
export class Unreachable extends Schema.TaggedError<Unreachable>()("Unreachable", fields) {}

/**
 * The time was over before there was a connection.
 *
 * @category errors
 * @since 0.1.0
 */
export class ConnectTimeout extends Schema.TaggedError<ConnectTimeout>()("ConnectTimeout", fields) {}

/**
 * The request went out, and the time was over before the whole answer was here.
 *
 * @category errors
 * @since 0.1.0
 */
export class AnswerTimeout extends Schema.TaggedError<AnswerTimeout>()("AnswerTimeout", fields) {}

/**
 * The connection broke.
 *
 * @category errors
 * @since 0.1.0
 */
export class ConnectionReset extends Schema.TaggedError<ConnectionReset>()("ConnectionReset", fields) {}

/**
 * The certificate is not signed by an authority that the runtime trusts.
 *
 * @category errors
 * @since 0.1.0
 */
export class CertificateUntrusted extends Schema.TaggedError<CertificateUntrusted>()("CertificateUntrusted", fields) {}

/**
 * The certificate is for another name.
 *
 * @category errors
 * @since 0.1.0
 */
export class CertificateWrongName extends Schema.TaggedError<CertificateWrongName>()("CertificateWrongName", fields) {}

/**
 * The certificate is not valid any more, or not yet.
 *
 * @category errors
 * @since 0.1.0
 */
export class CertificateExpired extends Schema.TaggedError<CertificateExpired>()("CertificateExpired", fields) {}

/**
 * The other side does not speak TLS, or no version in common.
 *
 * @category errors
 * @since 0.1.0
 */
export class NoTls extends Schema.TaggedError<NoTls>()("NoTls", fields) {}

/**
 * The proxy does not let the request through.
 *
 * @category errors
 * @since 0.1.0
 */
export class ProxyRefused extends Schema.TaggedError<ProxyRefused>()("ProxyRefused", fields) {}

/**
 * The variable that `code` names does not hold the address of a proxy.
 *
 * @category errors
 * @since 0.1.0
 */
export class ProxyInvalid extends Schema.TaggedError<ProxyInvalid>()("ProxyInvalid", fields) {}

/**
 * The proxy requires credentials, or other ones (407).
 *
 * @category errors
 * @since 0.1.0
 */
export class ProxyCredentials extends Schema.TaggedError<ProxyCredentials>()("ProxyCredentials", fields) {}

/**
 * The answer is larger than `RequestLimits` allows; `code` is the limit.
 *
 * @category errors
 * @since 0.1.0
 */
export class AnswerTooLarge extends Schema.TaggedError<AnswerTooLarge>()("AnswerTooLarge", fields) {}

/**
 * The coding of the answer is not known, or its body is not in it; `code` is the coding.
 *
 * @category errors
 * @since 0.1.0
 */
export class Undecodable extends Schema.TaggedError<Undecodable>()("Undecodable", fields) {}

/**
 * Anything else, with the runtime's own name for it.
 *
 * @category errors
 * @since 0.1.0
 */
export class UnknownProblem extends Schema.TaggedError<UnknownProblem>()("UnknownProblem", fields) {}

const classes = {
  NotResolved,
  ConnectionRefused,
  Unreachable,
  ConnectTimeout,
  AnswerTimeout,
  ConnectionReset,
  CertificateUntrusted,
  CertificateWrongName,
  CertificateExpired,
  NoTls,
  ProxyInvalid,
  ProxyRefused,
  ProxyCredentials,
  AnswerTooLarge,
  Undecodable,
  UnknownProblem
} as const

/**
 * Why a request has no answer: one of the classes of this module. Each is a state that callers answer in their own
 * way.
 *
 * @category errors
 * @since 0.1.0
 */
export const TransportProblem = Schema.Union(Object.values(classes))
export type TransportProblem = typeof TransportProblem.Type

type Tag = TransportProblem["_tag"]

/** Of which kind a problem is: what happened, what to do, and whether it can go away by itself. */
const kinds: Record<Tag, { readonly what: string; readonly remedy: string; readonly heals: boolean }> = {
  NotResolved: { what: "its name cannot be resolved", remedy: "Check the network and the name.", heals: true },
  ConnectionRefused: { what: "no connection could be made, it was refused", remedy: "Try again later.", heals: true },
  Unreachable: { what: "no connection could be made, no way leads there", remedy: "Check the network.", heals: true },
  ConnectTimeout: {
    what: "no connection could be made in time",
    remedy: "Try again later. If a proxy is the only way out, name it with HTTPS_PROXY.",
    heals: true
  },
  AnswerTimeout: { what: "it did not answer in time", remedy: "Try again later.", heals: true },
  ConnectionReset: { what: "the connection broke", remedy: "Try again later.", heals: true },
  CertificateUntrusted: {
    what: "its certificate is not trusted",
    remedy:
      "If your network has a certificate authority of its own, name its file with NODE_EXTRA_CA_CERTS, or let Node trust the system's with NODE_USE_SYSTEM_CA=1 (--use-system-ca).",
    heals: false
  },
  CertificateWrongName: {
    what: "its certificate is for another name",
    remedy: "Check the name, and what answers for it in your network.",
    heals: false
  },
  CertificateExpired: {
    what: "its certificate is not valid at this time",
    remedy: "Check this computer's clock, then the certificate.",
    heals: false
  },
  NoTls: {
    what: "it does not speak TLS",
    remedy: "Check the port, and what answers there in your network.",
    heals: false
  },
  ProxyInvalid: {
    what: "a variable names no proxy",
    remedy: "Write http://HOST:PORT into it, with characters such as % in a password in percent-encoding, or unset it.",
    heals: false
  },
  ProxyRefused: {
    what: "the proxy does not let it through",
    remedy: "Ask the people who run the proxy, or leave the host out of it with NO_PROXY.",
    heals: false
  },
  ProxyCredentials: {
    what: "the proxy wants credentials",
    remedy: "Put them into the address of the proxy: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT",
    heals: false
  },
  AnswerTooLarge: { what: "its answer is too large", remedy: "See RequestLimits.", heals: false },
  Undecodable: { what: "its answer has a coding that cannot be read", remedy: "Try again later.", heals: false },
  UnknownProblem: { what: "the request failed", remedy: "Try again later.", heals: true }
}

/**
 * What happened, as the end of a sentence about the other side.
 *
 * @category combinators
 * @since 0.1.0
 */
export const what = ({ _tag, code, proxy }: TransportProblem): string => {
  if (_tag === "AnswerTooLarge" && code !== undefined) return `its answer is larger than ${code}`
  const via =
    proxy === undefined || _tag === "AnswerTooLarge" || _tag === "Undecodable" ? "" : `, over the proxy ${proxy}`
  return `${kinds[_tag].what}${via}${code === undefined ? "" : ` (${code})`}`
}

/**
 * What to do about it, in whole sentences.
 *
 * @category combinators
 * @since 0.1.0
 */
export const remedy = ({ _tag }: TransportProblem): string => kinds[_tag].remedy

/**
 * Whether time alone may change it. A problem that does not heal fails again until a setting is changed, here or at
 * the other side.
 *
 * @category guards
 * @since 0.1.0
 */
export const heals = ({ _tag }: TransportProblem): boolean => kinds[_tag].heals

/**
 * Whether the same request may be made again after a pause, although it changes something: nothing was sent, and it can
 * heal.
 *
 * @category guards
 * @since 0.1.0
 */
export const mayRepeat = (problem: TransportProblem): boolean => !problem.sent && heals(problem)

/** What the runtimes call it: Node, undici and OpenSSL, then Bun. */
const tagsOfCodes: Readonly<Record<string, Tag>> = {
  ENOTFOUND: "NotResolved",
  EAI_AGAIN: "NotResolved",
  EAI_FAIL: "NotResolved",
  EAI_NODATA: "NotResolved",
  EAI_NONAME: "NotResolved",
  ENODATA: "NotResolved",
  DNSResolutionFailed: "NotResolved",
  ECONNREFUSED: "ConnectionRefused",
  ConnectionRefused: "ConnectionRefused",
  FailedToOpenSocket: "ConnectionRefused",
  EHOSTUNREACH: "Unreachable",
  ENETUNREACH: "Unreachable",
  EHOSTDOWN: "Unreachable",
  ENETDOWN: "Unreachable",
  EADDRNOTAVAIL: "Unreachable",
  UND_ERR_CONNECT_TIMEOUT: "ConnectTimeout",
  UND_ERR_HEADERS_TIMEOUT: "AnswerTimeout",
  UND_ERR_BODY_TIMEOUT: "AnswerTimeout",
  ETIMEDOUT: "AnswerTimeout",
  TimeoutError: "AnswerTimeout",
  Timeout: "AnswerTimeout",
  ECONNRESET: "ConnectionReset",
  EPIPE: "ConnectionReset",
  UND_ERR_SOCKET: "ConnectionReset",
  UND_ERR_CLOSED: "ConnectionReset",
  UND_ERR_DESTROYED: "ConnectionReset",
  ConnectionClosed: "ConnectionReset",
  ConnectionReset: "ConnectionReset",
  DEPTH_ZERO_SELF_SIGNED_CERT: "CertificateUntrusted",
  SELF_SIGNED_CERT_IN_CHAIN: "CertificateUntrusted",
  UNABLE_TO_GET_ISSUER_CERT: "CertificateUntrusted",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "CertificateUntrusted",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "CertificateUntrusted",
  UNABLE_TO_GET_CRL: "CertificateUntrusted",
  CERT_SIGNATURE_FAILURE: "CertificateUntrusted",
  CERT_CHAIN_TOO_LONG: "CertificateUntrusted",
  CERT_REVOKED: "CertificateUntrusted",
  CERT_UNTRUSTED: "CertificateUntrusted",
  CERT_REJECTED: "CertificateUntrusted",
  INVALID_CA: "CertificateUntrusted",
  INVALID_PURPOSE: "CertificateUntrusted",
  PATH_LENGTH_EXCEEDED: "CertificateUntrusted",
  UnknownIssuer: "CertificateUntrusted",
  CaUsedAsEndEntity: "CertificateUntrusted",
  ERR_TLS_CERT_ALTNAME_INVALID: "CertificateWrongName",
  ERR_TLS_CERT_ALTNAME_FORMAT: "CertificateWrongName",
  HOSTNAME_MISMATCH: "CertificateWrongName",
  NotValidForName: "CertificateWrongName",
  CERT_HAS_EXPIRED: "CertificateExpired",
  CERT_NOT_YET_VALID: "CertificateExpired",
  Expired: "CertificateExpired",
  NotValidYet: "CertificateExpired",
  EPROTO: "NoTls",
  ERR_SSL_WRONG_VERSION_NUMBER: "NoTls",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "NoTls",
  ERR_SSL_HTTP_REQUEST: "NoTls",
  ERR_SSL_UNSUPPORTED_PROTOCOL: "NoTls",
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: "NoTls",
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: "NoTls",
  "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE": "NoTls",
  ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: "NoTls",
  ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED: "NoTls",
  UND_ERR_PRX_CONN: "ProxyRefused",
  UND_ERR_SOCKS5_AUTH_FAILED: "ProxyCredentials",
  UND_ERR_SOCKS5_AUTH_REJECTED: "ProxyCredentials",
  UND_ERR_PRX_TLS: "CertificateWrongName",
  ERR_BUFFER_TOO_LARGE: "AnswerTooLarge",
  UND_ERR_RES_EXCEEDED_MAX_SIZE: "AnswerTooLarge"
}

/** What has no code of its own, by its words: proxies in undici, Deno's and workerd's fetch. */
const tagsOfWords: ReadonlyArray<readonly [RegExp, Tag]> = [
  [/\b407\b.*proxy|proxy.*\b407\b|proxy authentication required/i, "ProxyCredentials"],
  [/proxy response \(\d+\)|proxy connection ended|unsuccessful tunnel/i, "ProxyRefused"],
  [/UnknownIssuer|CaUsedAsEndEntity|self.signed certificate/i, "CertificateUntrusted"],
  [/NotValidForName|not valid for name/i, "CertificateWrongName"],
  [/invalid peer certificate: (?:certificate )?(?:expired|not valid yet)|NotValidYet/i, "CertificateExpired"],
  [/invalid peer certificate/i, "CertificateUntrusted"],
  [/InvalidContentType|received corrupt message|wrong version number/i, "NoTls"],
  [/before secure TLS connection was established/i, "ConnectionReset"],
  [/dns error|failed to lookup address/i, "NotResolved"],
  [/connection refused/i, "ConnectionRefused"],
  [/network is unreachable|no route to host/i, "Unreachable"],
  [/connection (?:reset|closed|lost|was closed)|other side closed|socket connection was closed/i, "ConnectionReset"]
]

/** Before any of these there was no connection on which a request could go out. */
const beforeSending: ReadonlySet<Tag> = new Set([
  "NotResolved",
  "ConnectionRefused",
  "Unreachable",
  "ConnectTimeout",
  "CertificateUntrusted",
  "CertificateWrongName",
  "CertificateExpired",
  "NoTls",
  "ProxyRefused",
  "ProxyCredentials"
])

for (const { prototype } of Object.values(classes)) {
  Object.defineProperty(prototype, "message", {
    get(this: TransportProblem) {
      return `${this.host} cannot be used: ${what(this)}. ${remedy(this)}`
    }
  })
}

/**
 * A problem of a kind.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  tag: Tag,
  about: {
    readonly host: string
    readonly sent: boolean
    readonly proxy?: string | undefined
    readonly code?: string | undefined
  }
): TransportProblem => {
  const { code, host, proxy, sent } = about
  const Problem: new (fields: (typeof NotResolved)["~type.make.in"]) => TransportProblem = classes[tag] as never
  return new Problem({
    host,
    sent,
    ...(proxy === undefined ? {} : { proxy }),
    ...(code === undefined ? {} : { code })
  })
}

const isProblem = (error: unknown): error is TransportProblem =>
  Object.values(classes).some((Problem) => error instanceof Problem)

const textOf = (error: unknown, member: "code" | "name" | "message" | "syscall"): string => {
  const value = Predicate.hasProperty(error, member) ? error[member] : undefined
  return typeof value === "string" ? value : ""
}

/** An error, its causes, and what an error of several addresses holds, the outermost first. */
const chainOf = (error: unknown, depth = 0): ReadonlyArray<unknown> => {
  if (depth > 8 || !Predicate.isObject(error)) return []
  const inner = Predicate.hasProperty(error, "cause") ? chainOf(error.cause, depth + 1) : []
  const several =
    Predicate.hasProperty(error, "errors") && Array.isArray(error.errors)
      ? error.errors.flatMap((each) => chainOf(each, depth + 1))
      : []
  return [error, ...inner, ...several]
}

const isCode = (text: string): boolean => /^[A-Za-z][\w/]{0,59}$/.test(text)

const tagOf = (error: unknown): Tag | undefined => {
  const code = textOf(error, "code")
  const message = textOf(error, "message")
  if (code === "ETIMEDOUT" && textOf(error, "syscall") === "connect") return "ConnectTimeout"
  if (code.startsWith("UND_ERR_SOCKS5")) return tagsOfCodes[code] ?? "ProxyRefused"
  if (/^(?:Z_|ERR_BROTLI|ERR_PADDING|ERR__ERROR_FORMAT|ZSTD_)|^ERR_ZSTD/.test(code)) return "Undecodable"
  // A proxy's refusal has the code of any request that was aborted, and Node's older name for no TLS is EPROTO.
  const byWords = tagsOfWords.find(([words]) => words.test(message))?.[1]
  return tagsOfCodes[code] ?? byWords
}

/**
 * What a runtime threw, as a problem. `sent` says whether the request is known to have gone out, or not to; without it,
 * it is as the kind of the problem says, and in doubt it went out. Nothing of the runtime's own text comes along, since
 * it may repeat the request.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromCause = (
  error: unknown,
  about: { readonly host: string; readonly proxy?: string | undefined; readonly sent?: boolean | undefined }
): TransportProblem => {
  const chain = chainOf(error)
  const made = chain.find(isProblem)
  if (made !== undefined) return made
  const known = chain.find((each) => tagOf(each) !== undefined)
  const tag = (known === undefined ? undefined : tagOf(known)) ?? "UnknownProblem"
  const [, status] = /proxy response \((\d+)\)/i.exec(textOf(known, "message")) ?? []
  const code = status ?? [known, ...chain].map((each) => textOf(each, "code")).find(isCode)
  const name = chain.map((each) => textOf(each, "name")).findLast(isCode)
  const early = /before secure TLS connection was established/.test(textOf(known, "message"))
  const shown = code ?? (tag === "UnknownProblem" ? name : undefined)
  const sent = about.sent ?? !(early || beforeSending.has(tag))
  return make(tag, { host: about.host, proxy: about.proxy, code: shown, sent })
}
