/** A user agent for tests, and what it sends. */
const origin = "https://app.example"

/** A browser with one window: it keeps cookies as a browser does and follows no redirect by itself. */
export class Browser {
  readonly cookies = new Map<string, string>()
  /** The handler that it talks to. Another process of the application can take over. */
  handler: (request: Request) => Promise<Response>
  readonly origin: string
  constructor(handler: (request: Request) => Promise<Response>, at = origin) {
    this.handler = handler
    this.origin = at
  }
  async send(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    if (!headers.has("host")) headers.set("host", new URL(this.origin).host)
    if (this.cookies.size > 0)
      headers.set("cookie", [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; "))
    const response = await this.handler(new Request(new URL(path, this.origin), { ...init, headers }))
    for (const cookie of response.headers.getSetCookie()) {
      const [pair] = cookie.split(";")
      const [name, value] = pair!.split("=")
      if (/; Max-Age=0(;|$)/i.test(cookie)) this.cookies.delete(name!)
      else this.cookies.set(name!, value!)
    }
    return response
  }
  /** Starts a sign-in, and gives the callback's path as Sentinel would. */
  async start(query = ""): Promise<string> {
    const location = new URL((await this.send(`/login${query}`)).headers.get("location")!)
    return `/callback?code=planted-code&state=${location.searchParams.get("state")}`
  }
  async signIn(query = ""): Promise<Response> {
    return this.send(await this.start(query))
  }
  async session(): Promise<any> {
    return (await this.send("/session")).json()
  }
}

/** What a script of the application's own page sends. */
export const post = (headers: Record<string, string> = { "x-le-auth": "1" }): RequestInit => ({
  method: "POST",
  headers
})
