/** A program as anybody writes one: with nothing but HTTP. */
import type { ConnectedSentinel, Sentinel } from "../src/index.ts"

/** The addresses and the settings that a program has. */
export interface Program {
  readonly env: Readonly<Record<string, string>>
  readonly fetch: typeof globalThis.fetch
}

/** Where it sends a browser. */
export const signInUrl = ({ env }: Pick<Program, "env">, state = "a-state"): string => {
  const query = new URLSearchParams({
    v: "1.0",
    response_type: "code",
    client_id: env["LE_AUTH_CLIENT_ID"] ?? "",
    redirect_uri: env["LE_AUTH_REDIRECT_URI"] ?? "",
    state
  })
  return `${env["LE_AUTH_DOMAIN_API"]}/sentinel/api/account/${env["LE_AUTH_ACCOUNT_ID"]}/authorize?${query}`
}

const post = async ({ env, fetch }: Program, form: Readonly<Record<string, string>>) =>
  fetch(`${env["LE_AUTH_DOMAIN_API"]}/sentinel/api/account/${env["LE_AUTH_ACCOUNT_ID"]}/token?v=1.0`, {
    method: "POST",
    body: new URLSearchParams({
      client_id: env["LE_AUTH_CLIENT_ID"] ?? "",
      client_secret: env["LE_AUTH_CLIENT_SECRET"] ?? "",
      ...form
    })
  })

/** Exchanges the code of a callback. */
export const exchange = (program: Program, callback: string): Promise<Response> =>
  post(program, {
    grant_type: "authorization_code",
    code: new URL(callback).searchParams.get("code") ?? "",
    redirect_uri: program.env["LE_AUTH_REDIRECT_URI"] ?? ""
  })

export const refresh = (program: Program, refresh_token: string): Promise<Response> =>
  post(program, { grant_type: "refresh_token", refresh_token })

/** The whole of a sign-in: the tokens. */
export const signIn = async (
  sentinel: Pick<ConnectedSentinel, "approve">,
  program: Program,
  user?: string
): Promise<{ readonly access_token: string; readonly refresh_token: string; readonly id_token: string }> => {
  const callback = await sentinel.approve(signInUrl(program), { user })
  const answer = await exchange(program, callback)
  if (!answer.ok) throw new Error(await answer.text())
  return answer.json()
}

/** A program over the network, or over none. */
export const programOf = ({ env }: Sentinel, fetch: typeof globalThis.fetch = globalThis.fetch): Program => ({
  env,
  fetch
})

export const claimsOf = (token: string): { readonly sub: string } =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString())
