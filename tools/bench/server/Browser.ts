// A browser that signs in once: keeps cookies, and follows redirects within the server.
export class Browser {
  #cookies = new Map<string, string>()
  #origin

  constructor(origin: string) {
    this.#origin = origin
  }

  get cookie() {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ")
  }

  /** Ends at a page, or at a redirect to another origin. */
  async visit(address: string, init: RequestInit = {}, redirects = 0): Promise<Response> {
    if (redirects > 10) throw new Error(`too many redirects at ${address}`)
    // @effect-diagnostics-next-line globalFetch:off
    const response = await fetch(new URL(address, this.#origin), {
      ...init,
      headers: { ...init.headers, cookie: this.cookie },
      redirect: "manual"
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === "" || /max-age=0|expires=Thu, 01 Jan 1970/i.test(line)) this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    const location = response.headers.get("location")
    const next = location === null ? undefined : new URL(location, response.url)
    return next !== undefined && next.origin === this.#origin ? this.visit(next.href, {}, redirects + 1) : response
  }
}
