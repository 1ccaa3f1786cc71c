/** The codings of an answer's body (RFC 9110 section 8.4.1). */
import { isUtf8 } from "node:buffer"
import { Duplex, pipeline, Readable } from "node:stream"
import * as Zlib from "node:zlib"

interface Coding {
  readonly sync: (bytes: Buffer, options: { readonly maxOutputLength: number }) => Buffer
  /** For a body that begins so. */
  readonly stream: (first: number) => Duplex
}

/** Some servers leave out the frame of zlib; its first byte tells (RFC 9110 section 8.4.1.2, RFC 1950 section 2.2). */
const isFramed = (first: number): boolean => (first & 0x0f) === 8
const deflate: Coding = {
  sync: (bytes, options) => (isFramed(bytes[0]!) ? Zlib.inflateSync : Zlib.inflateRawSync)(bytes, options),
  stream: (first) => (isFramed(first) ? Zlib.createInflate() : Zlib.createInflateRaw())
}

const gzip: Coding = { sync: Zlib.gunzipSync, stream: () => Zlib.createGunzip() }
const known: Readonly<Record<string, Coding>> = {
  gzip,
  "x-gzip": gzip,
  deflate,
  br: { sync: Zlib.brotliDecompressSync, stream: () => Zlib.createBrotliDecompress() },
  zstd: { sync: Zlib.zstdDecompressSync, stream: () => Zlib.createZstdDecompress() }
}

/** The last one first, as they are taken off. */
const codingsOf = (header: string | ReadonlyArray<string> | undefined): ReadonlyArray<string> =>
  String(header ?? "")
    .toLowerCase()
    .split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "" && coding !== "identity")
    .toReversed()

/** What no text has, as in `decoding.ts` of core: some servers name a coding, and do not use it. */
// oxlint-disable-next-line no-control-regex
const isText = (bytes: Buffer): boolean => isUtf8(bytes) && !/[\0-\x08\x0b\x0c\x0e-\x1f]/.test(bytes.toString("latin1"))

/** Without a byte order mark, as `TextDecoder` has it: JSON does not know it. */
const textOf = (bytes: Buffer): string => {
  const text = bytes.toString("utf8")
  return text.startsWith("\ufeff") ? text.slice(1) : text
}

/**
 * The text of a body that unpacks to `most` bytes at most; else the coding that cannot be read, or that it is too
 * large.
 */
export const decoded = (
  bytes: Buffer,
  header: string | ReadonlyArray<string> | undefined,
  most: number
): { readonly body: string } | string => {
  const codings = header === undefined ? [] : codingsOf(header)
  // Nothing is packed where nothing is there, or where a server only says so.
  if (codings.length === 0 || isText(bytes)) return { body: textOf(bytes) }
  // No honest server needs more than a few.
  if (codings.length > 5) return "too many codings"
  for (const name of codings) {
    const coding = known[name]
    if (coding === undefined) return name.slice(0, 40)
    try {
      bytes = coding.sync(bytes, { maxOutputLength: most })
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE" ? "too large" : name
    }
  }
  return { body: textOf(bytes) }
}

/** Made when the first byte is there. If there is none, nothing is to be taken off, and zlib would miss an end. */
const atFirstByte = ({ stream }: Coding): Duplex =>
  Duplex.from(async function* (packed: AsyncIterable<Buffer>) {
    const chunks = packed[Symbol.asyncIterator]()
    const first = await chunks.next()
    if (first.done === true) return
    const all = async function* () {
      yield first.value
      yield* { [Symbol.asyncIterator]: () => chunks }
    }
    yield* pipeline(Readable.from(all()), stream(first.value[0]!), () => undefined)
  })

/** The streams that take the codings off, in that order; none if there is nothing to take off, or one is not known. */
export const streamsFor = (header: string | undefined): ReadonlyArray<Duplex> => {
  const codings = codingsOf(header)
  return codings.length <= 5 && codings.every((name) => known[name] !== undefined)
    ? codings.map((name) => atFirstByte(known[name]!))
    : []
}
