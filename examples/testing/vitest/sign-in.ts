import type { Sentinel } from "@le-auth/emulator"

/** Signs a user in as a browser does, without Sentinel's login page. Gives the cookies of the application. */
export async function signIn(sentinel: Sentinel, origin: string, user?: string) {
  const login = await fetch(`${origin}/auth/login`, { redirect: "manual" })
  const callback = await sentinel.approve(login.headers.get("location") ?? "", { user })
  const home = await fetch(callback, { redirect: "manual", headers: { cookie: cookies(login) } })
  return cookies(home)
}

export const cookies = (response: Response) =>
  response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";", 1)[0])
    .join("; ")
