// A browser for the examples: it keeps cookies, follows redirects between the application and Sentinel, and fills the
// login form.
// @effect-diagnostics globalFetch:off
import assert from "node:assert/strict"

export class Browser {
  /** By host, then by name. */
  #cookies = new Map<string, Map<string, string>>()
  #application

  /** @param application its origin */
  constructor(application: string) {
    this.#application = application
  }

  /** One request; a path is the application's. A POST comes from a page of the origin that it goes to. */
  async send(address: string, init: RequestInit = {}) {
    const url = new URL(address, this.#application)
    const own = init.method === "POST" ? { origin: url.origin, "sec-fetch-site": "same-origin" } : {}
    return this.foreign(address, { ...init, headers: { ...own, ...init.headers } })
  }

  /** One request of a page that is anywhere. */
  async foreign(address: string, init: RequestInit) {
    const url = new URL(address, this.#application)
    const jar = this.#cookies.get(url.host) ?? new Map()
    this.#cookies.set(url.host, jar)
    const headers = new Headers(init.headers)
    headers.set("accept", "text/html, */*")
    headers.set("cookie", [...jar].map(([name, value]) => `${name}=${value}`).join("; "))
    const response = await fetch(url, { ...init, redirect: "manual", headers })
    for (const line of response.headers.getSetCookie()) {
      const [pair = ""] = line.split(";", 1)
      const [name = "", value = ""] = pair.split("=", 2)
      if (/; *max-age=0(;|$)/i.test(line)) jar.delete(name)
      else jar.set(name, value)
    }
    return response
  }

  /** What a script of the application's page sends. */
  call(path: string, init: RequestInit = {}) {
    return this.send(path, { method: "POST", ...init, headers: { ...init.headers, "x-le-auth": "1" } })
  }

  /** What a person sees in the end. */
  async visit(address: string, init?: RequestInit) {
    let url = new URL(address, this.#application).href
    let response = await this.send(url, init)
    while (response.status === 302 || response.status === 303) {
      url = new URL(response.headers.get("location") ?? "", url).href
      response = await this.send(url)
    }
    return { url, status: response.status, text: await response.text() }
  }

  /**
   * As the agent of the built-in account.
   * @param path where the application starts a sign-in
   */
  async signIn(path: string) {
    const page = await this.visit(path)
    assert.equal(page.status, 200, page.text)
    const form = new URLSearchParams({ username: "agent@example.com", password: "agent" })
    for (const [input] of page.text.matchAll(/<input[^>]*type="hidden"[^>]*>/g)) {
      form.set(/name="([^"]*)"/.exec(input)?.[1] ?? "", /value="([^"]*)"/.exec(input)?.[1] ?? "")
    }
    const action = /<form[^>]*action="([^"]*)"/.exec(page.text)?.[1]
    assert.ok(action, page.text)
    return this.visit(new URL(action, page.url).href, { method: "POST", body: form })
  }
}
