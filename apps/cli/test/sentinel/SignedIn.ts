/** A browser that signs in to a Sentinel with the built-in account, and the application behind it. */
import { fetch } from "@effect/platform-node/Undici"

const redirectUri = "http://127.0.0.1:4401/callback"
export const application = {
  client_id: "22222222-2222-4222-8222-222222222222",
  client_secret: "development-only-secret"
}

export interface Answer {
  readonly status: number
  readonly body: Record<string, string>
}

const cookiesOf = (response: { readonly headers: { getSetCookie(): Array<string> } }): string =>
  response.headers
    .getSetCookie()
    .map((line) => line.split(";", 1)[0])
    .join("; ")

/** Gets a code. */
export const authorize = async (sentinel: string): Promise<string> => {
  const query = new URLSearchParams({
    v: "1.0",
    response_type: "code",
    scope: "openid",
    client_id: application.client_id,
    redirect_uri: redirectUri
  })
  const first = await fetch(`${sentinel}/sentinel/api/account/12345678/authorize?${query}`, { redirect: "manual" })
  const page = await fetch(new URL(first.headers.get("location") ?? "", sentinel), {
    headers: { accept: "text/html", cookie: cookiesOf(first) }
  })
  const text = await page.text()
  const form = new URLSearchParams({ username: "agent@example.com", password: "agent" })
  for (const name of ["request", "token"]) {
    form.set(name, new RegExp(`name="${name}"\\s+value="([^"]*)"`).exec(text)?.[1] ?? "")
  }
  const end = await fetch(`${sentinel}/sentinel/login`, {
    method: "POST",
    redirect: "manual",
    headers: { accept: "text/html", cookie: [cookiesOf(first), cookiesOf(page)].filter(Boolean).join("; ") },
    body: form
  })
  const code = new URL(end.headers.get("location") ?? sentinel).searchParams.get("code")
  if (code === null) throw new Error(`no code: ${end.status} ${await end.text()}`)
  return code
}

const token = async (sentinel: string, body: Record<string, string>): Promise<Answer> => {
  const response = await fetch(`${sentinel}/sentinel/api/account/12345678/token?v=1.0`, {
    method: "POST",
    body: new URLSearchParams({ ...application, ...body })
  })
  return { status: response.status, body: (await response.json()) as Answer["body"] }
}

export const redeem = (sentinel: string, code: string): Promise<Answer> =>
  token(sentinel, { grant_type: "authorization_code", code, redirect_uri: redirectUri })

export const refresh = (sentinel: string, refreshToken = ""): Promise<Answer> =>
  token(sentinel, { grant_type: "refresh_token", refresh_token: refreshToken })
