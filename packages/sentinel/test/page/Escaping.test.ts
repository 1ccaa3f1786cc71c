/** Whatever is shown on a page is text there. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import {
  account,
  agent,
  application,
  answerOf,
  authorizePath,
  browser,
  callback,
  clientId,
  config,
  start
} from "../Harness.ts"

const corpus = [
  `<script>alert(1)</script>`,
  `"><script>alert(1)</script>`,
  `'><img src=x onerror=alert(1)>`,
  `</title><svg onload=alert(1)>`,
  `</style><script>alert(1)</script>`,
  `" autofocus onfocus="alert(1)`,
  `' autofocus onfocus='alert(1)`,
  `--><script>alert(1)</script><!--`,
  `<iframe srcdoc="<script>alert(1)</script>">`,
  `<a href="javascript:alert(1)">x</a>`,
  `<form action="https://evil.example">`,
  `<base href="https://evil.example/">`,
  `<meta http-equiv="refresh" content="0;url=https://evil.example">`,
  `&lt;script&gt;alert(1)&lt;/script&gt;`,
  `&#60;script&#62;`,
  "\u003cscript\u003ealert(1)\u003c/script\u003e",
  `<scr<script>ipt>alert(1)</script>`,
  `{{constructor.constructor('alert(1)')()}}`,
  "${alert(1)}",
  "`onmouseover=alert(1)`",
  `<<SCRIPT>alert(1)//<</SCRIPT>`,
  "\u2028<script>\u2029"
]

const textOf = (response: Response) => Effect.promise(() => response.text())

/** Tags, names of attributes and comments of a page: what of it is markup, without the values. */
const markupOf = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/<(\/?[a-z!-][^\s>]*)((?:[^>"']|"[^"]*"|'[^']*')*)>/gi)].map(
    ([, tag, rest]) => `${tag} ${[...rest!.replaceAll(/"[^"]*"/g, '""').matchAll(/[^\s=/"]+/g)].join(" ")}`
  )

describe("escaping", () => {
  it.effect("R88: names of accounts and applications, and what was typed, add no markup to any page", () =>
    Effect.gen(function* () {
      /** All pages that show something that is not ours. */
      const pages = Effect.fnUntraced(function* (name: string, typed: string) {
        const [first] = config.accounts
        const installation = { ...first!.installations[0]!, display_name: name }
        const sentinel = yield* start({
          config: { accounts: [{ ...first!, name, installations: [installation] }] }
        })
        const user = browser(sentinel)
        const page = yield* user.open(authorizePath())
        const wrong = yield* textOf(yield* user.submit({ ...page.form, username: typed, password: "wrong" }))
        const code = answerOf(yield* user.submit({ ...page.form, ...agent })).get("code")!
        yield* application(sentinel).exchange(code, { client_id: clientId })
        const again = yield* textOf(yield* user.submit({ ...page.form, ...agent }))
        return [page.text, wrong, again]
      })
      const harmless = (yield* pages("Name", "typed@example.com")).map(markupOf)
      assert.isAbove(harmless[0]!.length, 20)
      for (const text of corpus) {
        const shown = yield* pages(text, text)
        assert.deepStrictEqual(shown.map(markupOf), harmless, text)
      }
    })
  )

  it.effect("R88: error pages repeat nothing of the request", () =>
    Effect.gen(function* () {
      const user = browser(yield* start())
      for (const text of corpus) {
        const value = encodeURIComponent(text)
        for (const path of [
          authorizePath({ client_id: text }),
          authorizePath({ redirect_uri: text }),
          authorizePath({ redirect_uri: callback, state: text }, `${account}x`),
          `/sentinel/login?request=${value}`,
          `/${value}`,
          `/sentinel/api/account/${value}/authorize`
        ]) {
          const response = yield* user.send(path)
          assert.isAtLeast(response.status, 400)
          const shown = yield* textOf(response)
          assert.notInclude(shown, text, path)
          assert.notMatch(shown, /alert\(1\)|evil\.example/, path)
        }
      }
    })
  )
})
