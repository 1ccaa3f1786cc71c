/** The codings of an answer's body (RFC 9110 section 8.4.1), read with what the web platform has. */
import * as Effect from "effect/Effect"

/** A runtime that lacks a format, as older ones do brotli, refuses it by an exception. */
const formats: Readonly<Record<string, string>> = {
  gzip: "gzip",
  "x-gzip": "gzip",
  deflate: "deflate",
  br: "brotli",
  zstd: "zstd"
}

export const joined = (chunks: ReadonlyArray<Uint8Array>, size: number): Uint8Array => {
  if (chunks.length === 1) return chunks[0]!
  const all = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.byteLength
  }
  return all
}

/** The codings in the order in which they were applied. `identity` is none. */
export const codingsOf = (header: string | undefined): ReadonlyArray<string> =>
  (header ?? "")
    .toLowerCase()
    .split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "" && coding !== "identity")

/** What no text has: fetch decodes by itself and leaves the header, so the bytes have to tell whether that was done. */
const isText = (bytes: Uint8Array): boolean => {
  try {
    // oxlint-disable-next-line no-control-regex
    return !/[\0-\x08\x0b\x0c\x0e-\x1f]/.test(new TextDecoder("utf-8", { fatal: true }).decode(bytes))
  } catch {
    return false
  }
}

/** Thrown in place of an answer that unpacks to too much. */
const tooMuch = Symbol("too much")

const unpacked = async (bytes: Uint8Array, format: string, most: number): Promise<Uint8Array> => {
  const packed = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream()
  const reader = packed.pipeThrough(new DecompressionStream(format as CompressionFormat)).getReader()
  const chunks: Array<Uint8Array> = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return joined(chunks, size)
    size += value.byteLength
    if (size > most) {
      await reader.cancel()
      throw tooMuch
    }
    chunks.push(value)
  }
}

/** The text of a body, which unpacks to `most` bytes at most. */
export const decoded = <E>(
  bytes: Uint8Array,
  header: string | undefined,
  most: number,
  errors: { readonly tooLarge: () => E; readonly undecodable: (coding: string) => E }
): Effect.Effect<string, E> => {
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
  const codings = codingsOf(header)
  if (codings.length === 0 || isText(bytes)) return Effect.succeed(text(bytes))
  const one = (bytes: Uint8Array, coding: string): Effect.Effect<Uint8Array, E> => {
    // Some servers leave out the frame of zlib; its first byte tells.
    const format = coding === "deflate" && (bytes[0]! & 0x0f) !== 8 ? "deflate-raw" : formats[coding]
    return format === undefined
      ? Effect.fail(errors.undecodable(coding.slice(0, 40)))
      : Effect.tryPromise({
          try: () => unpacked(bytes, format, most),
          catch: (error) => (error === tooMuch ? errors.tooLarge() : errors.undecodable(coding))
        })
  }
  // No honest server needs more than a few.
  const order = codings.length > 5 ? ["too many codings"] : codings.toReversed()
  return Effect.map(
    Effect.reduce(order, () => bytes, one),
    text
  )
}
