/**
 * UTF-8 for short texts, such as those that are hashed and signed. V8 keeps arrays of more than 64 bytes outside its
 * heap, which costs more than hashing them, so the bytes come out of one large array, as in Node's `Buffer`. No part of
 * it is handed out twice, and the module keeps one of 8 KiB.
 */
const encoder = new TextEncoder()

const poolSize = 8192
let pool = new Uint8Array(0)
let used = 0

/**
 * The bytes of a text. They may be part of a larger buffer.
 */
export const encode = (text: string): Uint8Array => {
  // A UTF-16 code unit takes at most 3 bytes.
  const most = text.length * 3
  if (most > poolSize / 8) return encoder.encode(text)
  if (used + most > pool.length) {
    pool = new Uint8Array(poolSize)
    used = 0
  }
  const start = used
  used += encoder.encodeInto(text, pool.subarray(start, start + most)).written
  return pool.subarray(start, used)
}
