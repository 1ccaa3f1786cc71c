/** A page whose backend gives it tokens, and an API that takes them. */
import { assert } from "@effect/vitest"
import { type FakePage, json, left, open, view } from "./FakePage.ts"

export const origin = "https://va-a.msg.liveperson.net"

/** A backend that gives tokens, each another one, and an API that takes those that pass. */
export const mediating = (
  takes: (token: string | null) => boolean = () => true,
  expiresIn = 3_600_000,
  basePath = "/auth"
): FakePage => {
  const page = open("https://app.example/")
  let tokens = 0
  page.answer = ({ header, init, url }) => {
    if (url.startsWith(origin)) return json({ hello: 1 }, takes(header("authorization")) ? 200 : 401)
    if (url.endsWith("/session/refresh")) return json(view)
    if (url.endsWith("/sign-out")) return left()
    assert.strictEqual(`${init.method} ${url}`, `POST https://app.example${basePath}/session/token/msg`)
    return json({ accessToken: `token-${++tokens}`, expiresIn, origin })
  }
  return page
}

export const journal = (page: FakePage) =>
  page.requests.map(({ header, url }) => `${new URL(url).pathname} ${header("authorization") ?? "-"}`)
