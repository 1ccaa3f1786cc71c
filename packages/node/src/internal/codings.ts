/** The codings of an answer's body (RFC 9110 section 8.4.1). */
import type { Duplex } from "node:stream"
import * as Zlib from "node:zlib"

interface Coding {
  readonly sync: (bytes: Buffer, options: { readonly maxOutputLength: number }) => Buffer
  readonly stream: () => Duplex
}

const gzip: Coding = { sync: Zlib.gunzipSync, stream: () => Zlib.createGunzip() }
const known: Readonly<Record<string, Coding>> = {
  gzip,
  "x-gzip": gzip,
  deflate: { sync: Zlib.inflateSync, stream: () => Zlib.createInflate() },
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

/** The text of a body that unpacks to `most` bytes at most; else the coding that cannot be read, or that it is too large. */
export const decoded = (
  bytes: Buffer,
  header: string | ReadonlyArray<string> | undefined,
  most: number
): { readonly body: string } | string => {
  if (header === undefined) return { body: bytes.toString("utf8") }
  const codings = codingsOf(header)
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
  return { body: bytes.toString("utf8") }
}

/** The streams that take the codings off, in that order; none if there is nothing to take off, or one is not known. */
export const streamsFor = (header: string | undefined): ReadonlyArray<Duplex> => {
  const codings = codingsOf(header)
  return codings.length <= 5 && codings.every((name) => known[name] !== undefined)
    ? codings.map((name) => known[name]!.stream())
    : []
}
