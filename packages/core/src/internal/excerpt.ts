/**
 * The part of an answer that may be repeated: the one way for a text of the other side into an error.
 *
 * Servers repeat the request in error pages, in whatever encoding the page has. So the text is
 * decoded, not the secret encoded, and if anything secret is found, nothing of the text comes out.
 */
import { printable } from "../OAuthError.ts"
import * as Redaction from "../Redaction.ts"

/** White space that came or went on the way makes no difference, nor does what shows nothing. */
const packed = (text: string): string => text.replace(/[\s\p{Cc}\p{Cf}]+/gu, "")

/** Nor does the case: of a secret in hexadecimal it says nothing. */
const folded = (text: string): string => packed(text).toLowerCase()

/** The same, and the tags in between that colour a text, or let it break. */
const unmarked = (text: string): string => folded(text.replace(/<[^<>]*>/g, ""))

/** The names that HTML has for ASCII characters that are neither letters nor digits. */
const entities: Record<string, string> = {
  Tab: "\t",
  NewLine: "\n",
  nbsp: " ",
  excl: "!",
  quot: '"',
  QUOT: '"',
  num: "#",
  dollar: "$",
  percnt: "%",
  amp: "&",
  AMP: "&",
  apos: "'",
  lpar: "(",
  rpar: ")",
  ast: "*",
  midast: "*",
  plus: "+",
  comma: ",",
  period: ".",
  sol: "/",
  colon: ":",
  semi: ";",
  lt: "<",
  LT: "<",
  equals: "=",
  gt: ">",
  GT: ">",
  quest: "?",
  commat: "@",
  lsqb: "[",
  lbrack: "[",
  bsol: "\\",
  rsqb: "]",
  rbrack: "]",
  Hat: "^",
  lowbar: "_",
  UnderBar: "_",
  grave: "`",
  DiacriticalGrave: "`",
  lcub: "{",
  lbrace: "{",
  verbar: "|",
  vert: "|",
  VerticalLine: "|",
  rcub: "}",
  rbrace: "}"
}

const character = (digits: string, base: number): string => {
  const point = Number.parseInt(digits, base)
  return point <= 0x10ffff ? String.fromCodePoint(point) : ""
}

const fromForm = (text: string): string => text.replaceAll("+", " ")

const fromPercent = (text: string): string =>
  text.replace(/%(?:u([\da-f]{4})|([\da-f]{2}))/gi, (_, long: string | undefined, short: string | undefined) =>
    character(long ?? short!, 16)
  )

/** JSON, and what JavaScript, Python and logs have beside it. */
const fromBackslashes = (text: string): string =>
  text.replace(
    /\\(?:u\{([\da-f]{1,6})\}|u([\da-f]{4})|x([\da-f]{2})|([0-3]?[0-7]{2})|([^]))/gi,
    (_, braces?: string, four?: string, two?: string, octal?: string, one?: string) => {
      const hex = braces ?? four ?? two
      if (hex !== undefined) return character(hex, 16)
      if (octal !== undefined) return character(octal, 8)
      return /[bfnrt]/.test(one!) ? " " : one!
    }
  )

const fromHtml = (text: string): string =>
  text.replace(
    /&(?:#x0*([\da-f]{1,6})|#0*(\d{1,7})|([a-z]{2,16}));?/gi,
    (all, hex?: string, decimal?: string, name?: string) => {
      if (name === undefined) return hex === undefined ? character(decimal!, 10) : character(hex, 16)
      return entities[name] ?? all
    }
  )

/** What is readable in the text's runs of bytes, as a dump or a log has them. */
const fromHex = (text: string): string =>
  (text.match(/(?:[\da-f]{2}[\s:=,-]?){4,}/gi) ?? [])
    .map((run) => run.replace(/[^\da-f]/gi, "").replace(/../g, (byte) => character(byte, 16)))
    .join("\n")

/** What is readable in the text's runs of base64, wherever in a run it begins, and over how many lines it goes. */
const fromBase64 = (text: string): string =>
  (packed(text).match(/[\w+/-]{4,}/g) ?? [])
    .flatMap((run) => {
      const standard = run.replaceAll("-", "+").replaceAll("_", "/")
      return [0, 1, 2, 3].flatMap((skipped) => {
        const rest = standard.slice(skipped)
        return atob(rest.length % 4 === 1 ? rest.slice(0, -1) : rest).match(/[\x20-\x7e]{3,}/g) ?? []
      })
    })
    .join("\n")

const decoders = [fromForm, fromPercent, fromBackslashes, fromHtml]
/** Ways to read an answer only: a secret may look like one of them. */
const ofAnswers = [...decoders, fromHex, fromBase64]

/** A text and all that it may stand for: each way to read it, three times over. */
const readings = (text: string, decoders: ReadonlyArray<(text: string) => string>): ReadonlySet<string> => {
  const all = new Set([text])
  let latest = [text]
  for (let round = 0; round < 3; round++) {
    latest = latest.flatMap((text) => decoders.map((decode) => decode(text))).filter((text) => !all.has(text))
    for (const text of latest) all.add(text)
  }
  return all
}

const names = Redaction.secretParameters.join("|")
/** A member of JSON, or a parameter with a value, that carries something secret: ours or not. */
const named = new RegExp(`(["'])(?:${names})\\1\\s*:|(?:^|[^\\w.-])(?:${names})=[^\\s&]`, "i")

/**
 * Nothing that lies further back is in the excerpt; a secret that begins in it ends before that, however it is encoded.
 */
const windowOf = (secrets: ReadonlyArray<string>): number =>
  8192 + 12 * Math.max(0, ...secrets.map(({ length }) => length))

/** Servers cut what they repeat: a long secret is also known by either end. */
const piecesOf = (secret: string): ReadonlyArray<string> =>
  secret.length < 32 ? [secret] : [secret, secret.slice(0, 16), secret.slice(-16)]

const holdsSecret = (text: string, secrets: ReadonlyArray<string>): boolean => {
  const needles = secrets
    .filter((secret) => secret !== "")
    .flatMap(piecesOf)
    .flatMap((piece) => [...readings(piece, decoders)].map(folded))
  return [...readings(text, ofAnswers)].some((reading) => {
    if (named.test(reading)) return true
    const hays = [folded(reading), unmarked(reading)]
    return needles.some((needle) => hays.some((hay) => hay.includes(needle)))
  })
}

/**
 * The beginning of a text, in one line of printable ASCII. Nothing if one of the secrets is in it, in any encoding, or
 * a member that `Redaction.secretParameters` names.
 */
export const of = (body: string, secrets: ReadonlyArray<string>, maximum = 200): string | undefined =>
  holdsSecret(body.slice(0, windowOf(secrets)), secrets) ? undefined : printable(body.replace(/\s+/g, " "), maximum)
