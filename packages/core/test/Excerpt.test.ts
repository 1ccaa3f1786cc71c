import { assert, describe, it } from "@effect/vitest"
import * as Redaction from "@le-auth/core/Redaction"
import * as Schema from "effect/Schema"
import * as Excerpt from "../src/internal/excerpt.ts"

const codes = (text: string, write: (code: number) => string) =>
  Array.from(text, (character) => write(character.charCodeAt(0))).join("")
const hex = (code: number, width = 2) => code.toString(16).padStart(width, "0")

/** Every way to write a text that a form, a page, JSON or a log may have. */
const encodings: Record<string, (text: string) => string> = {
  plain: (text) => text,
  "upper case": (text) => text.toUpperCase(),
  "lower case": (text) => text.toLowerCase(),
  form: (text) => new URLSearchParams({ "": text }).toString().slice(1),
  percent: encodeURIComponent,
  "percent, all": (text) => codes(text, (code) => `%${hex(code)}`),
  "percent, upper case": (text) => codes(text, (code) => `%${hex(code).toUpperCase()}`),
  escape: (text) => codes(text, (code) => `%u${hex(code, 4)}`),
  json: (text) => JSON.stringify(text).slice(1, -1),
  "json in json": (text) => JSON.stringify(JSON.stringify(text)),
  "json, all": (text) => codes(text, (code) => `\\u${hex(code, 4)}`),
  "json, slashes": (text) => JSON.stringify(text).slice(1, -1).replaceAll("/", "\\/"),
  javascript: (text) => codes(text, (code) => `\\x${hex(code)}`),
  octal: (text) => codes(text, (code) => `\\${code.toString(8).padStart(3, "0")}`),
  html: (text) =>
    text.replace(/[&<>"']/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[c]!),
  "html, decimal": (text) => codes(text, (code) => `&#${code};`),
  "html, hexadecimal": (text) => codes(text, (code) => `&#x${hex(code)};`),
  "html, leading zeros": (text) => codes(text, (code) => `&#${String(code).padStart(12, "0")};&#x${hex(0x200b, 12)};`),
  "html, marked": (text) => codes(text, (code) => `<b class="c">${encodings["html"]!(String.fromCharCode(code))}</b>`),
  "html, may break": (text) => codes(text, (code) => `${encodings["html"]!(String.fromCharCode(code))}<wbr>`),
  "html, spaces": (text) => text.replaceAll("&", "&amp;").replaceAll(" ", "&nbsp;"),
  basic: (text) => `Basic ${btoa(`client:${text}`)}`,
  "basic, of the form": (text) => `Basic ${btoa(`client:${encodeURIComponent(text)}`)}`,
  "base64 over several lines": (text) => btoa(`client:${text}`).replace(/.{5}/g, "$&\r\n"),
  base64url: (text) => btoa(`client:${text}`).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", ""),
  hexadecimal: (text) => codes(text, (code) => hex(code)),
  "hexadecimal, dumped": (text) => codes(text, (code) => `${hex(code)} `),
  "what shows nothing in between": (text) => codes(text, (code) => `${String.fromCharCode(code)}\u00ad\u0000`),
  "form in html": (text) => encodings["html"]!(encodings["form"]!(text)),
  "form in json": (text) => encodings["json"]!(encodings["form"]!(text)),
  "html in json": (text) => encodings["json"]!(encodings["html"]!(text)),
  "json in html": (text) => encodings["html"]!(encodings["json"]!(text)),
  "percent twice": (text) => encodeURIComponent(encodeURIComponent(text)),
  "over two lines": (text) => `${text.slice(0, text.length / 2)}\n    ${text.slice(text.length / 2)}`
}

const printable = String.fromCharCode(...Array.from({ length: 95 }, (_, index) => 32 + index))
const around: ReadonlyArray<(text: string) => string> = [
  (text) => text,
  (text) => `<html><body><p>Bad request: ${text}</p></body></html>`,
  (text) => `{"message":"it was ${text}"}`,
  (text) => `a=1&b=${text}&c=3`,
  (text) => `/path/${text}/more`
]

describe("Excerpt", () => {
  const Secret = Schema.String.check(Schema.isPattern(/^[\x20-\x7e]{6,60}$/))

  it.prop(
    "D9: a secret is found in every encoding, wherever it is",
    [Secret, Schema.Literals(Object.keys(encodings)), Schema.Literals(around.map((_, index) => index))],
    ([secret, encoding, index]) => {
      const body = around[index]!(encodings[encoding]!(secret))
      assert.isUndefined(Excerpt.of(body, ["another secret", secret]), body)
    },
    { arbitrary: { runs: 400 } }
  )

  it.each(Object.keys(encodings))("D9: each printable character is found: %s", (encoding) => {
    const write = encodings[encoding]!
    for (const character of printable) {
      const secret = `k3y${character}k3y`
      for (const place of around) assert.isUndefined(Excerpt.of(place(write(secret)), [secret]), secret)
    }
    for (const place of around) assert.isUndefined(Excerpt.of(place(write(printable)), [printable]))
  })

  it("D9: a long secret is found where a server cut it", () => {
    const secret = "0a1b2c3d4e5f6071-8293a4b5c6d7e8f9"
    for (const cut of [`${secret.slice(0, 20)}...`, `...${secret.slice(-20)}`]) {
      for (const place of around) assert.isUndefined(Excerpt.of(place(cut), [secret]), cut)
    }
    assert.isDefined(Excerpt.of(`ends in ${secret.slice(-4)}`, [secret]))
  })

  it.each(Redaction.secretParameters)("D9: nothing comes of a body with a member %s, whosever it is", (name) => {
    for (const body of [
      JSON.stringify({ [name]: "unknown" }),
      JSON.stringify({ a: [{ [name]: 17 }] }, undefined, 2),
      JSON.stringify({ said: JSON.stringify({ [name]: "unknown" }) }),
      `<pre>${JSON.stringify({ [name]: "unknown" }).replaceAll('"', "&quot;")}</pre>`,
      `{'${name}': 'unknown'}`,
      `POST /x\n\na=1&${name}=unkno`,
      `a%3D1%26${name}%3Dunkno`
    ]) {
      assert.isUndefined(Excerpt.of(body, []), body)
    }
  })

  it("D9: what is harmless is shown, short, in one line of printable ASCII", () => {
    const secrets = ["s3cret-of-the-client", "r3fresh/token+=="]
    assert.strictEqual(Excerpt.of("<html>\n  <p>50% off &amp; more</p>", secrets), "<html> <p>50% off &amp; more</p>")
    assert.strictEqual(Excerpt.of("The code is used\u0007 \u00e9", secrets), "The code is used   ")
    assert.strictEqual(Excerpt.of("", secrets), "")
    assert.isAtMost(Excerpt.of("x ".repeat(10_000), secrets)!.length, 200)
    assert.isDefined(Excerpt.of("no secrets", ["", "other"]))
    // A long secret that begins within the excerpt.
    const long = "0123456789".repeat(200)
    assert.isUndefined(Excerpt.of(`${"x".repeat(190)}${codes(long, (code) => `&#x${hex(code)};`)}`, [long]))
  })
})
