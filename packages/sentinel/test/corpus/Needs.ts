/** What a program needs from an answer, in words of the corpus. */
import { createPublicKey, type JsonWebKey, verify } from "node:crypto"

const isText = (value: unknown): value is string => typeof value === "string" && value !== ""

const isDigits = (value: unknown): boolean => typeof value === "string" && /^\d+$/.test(value)

const payloadOf = (token: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString())
  } catch {
    return undefined
  }
}

/** Whether the JWK verifies the token, as a program does that does not look at its `kid`. */
const verifies = (jwk: unknown, token: string): boolean => {
  const [header, payload, signature = ""] = token.split(".")
  const key = createPublicKey({ key: jwk as JsonWebKey, format: "jwk" })
  return verify("sha256", Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, "base64url"))
}

/** The kinds of values. `= x` is another one: exactly this text, or this JSON. */
const kinds: Readonly<Record<string, (value: unknown, appToken: string) => boolean>> = {
  "a text": isText,
  "a number": (value) => typeof value === "number",
  "a text of digits": isDigits,
  "seconds, or absent": (value) => value === undefined || typeof value === "number" || isDigits(value),
  /** A JWT with an end: programs read `exp` without verifying. */
  "a JWT": (value) => isText(value) && typeof payloadOf(value)?.["exp"] === "number",
  /** What programs write `https://` before, and a path behind. */
  "a bare host": (value) => isText(value) && /^[A-Za-z0-9.-]+(?::\d+)?$/.test(value),
  "a key of the app token": (value, appToken) => verifies(value, appToken)
}

/** The value at a path such as `baseURIs[service=sentinel].baseURI` or `keys[0]`; the whole at the empty path. */
export const valueAt = (whole: unknown, path: string): unknown => {
  let value = whole
  for (const [, name, index, key, text] of path.matchAll(/([^.[\]]+)|\[(\d+)\]|\[([^=\]]+)=([^\]]+)\]/g)) {
    if (typeof value !== "object" || value === null) return undefined
    const list: ReadonlyArray<Record<string, unknown>> = Array.isArray(value) ? value : []
    if (name !== undefined && key === undefined) value = (value as Record<string, unknown>)[name]
    else value = index === undefined ? list.find((entry) => entry[key!] === text) : list[Number(index)]
  }
  return value
}

/** What an answer lacks, one text for each need. */
export const lacksOf = (
  whole: unknown,
  needs: Readonly<Record<string, string>>,
  appToken: string
): ReadonlyArray<string> =>
  Object.entries(needs).flatMap(([path, kind]) => {
    const value = valueAt(whole, path)
    const only = /^only (.+)$/.exec(kind)?.[1]?.split(", ")
    if (only !== undefined) {
      const more = Object.keys(Object(value)).filter((name) => !only.includes(name))
      return more.length === 0 ? [] : [`it has ${more.join(", ")}`]
    }
    const isRight = kind.startsWith("= ")
      ? value === kind.slice(2) || JSON.stringify(value) === kind.slice(2)
      : kinds[kind]!(value, appToken)
    return isRight ? [] : [`${path} is not ${kind}`]
  })
