/** A browser that visits an authorization request, signs in, and goes where it is sent. */
import { fetch } from "@effect/platform-node/Undici"

interface Received {
  readonly headers: { getSetCookie(): Array<string> }
}

const cookiesOf = (...responses: ReadonlyArray<Received>): string =>
  responses
    .flatMap(({ headers }) => headers.getSetCookie())
    .map((line) => line.split(";", 1)[0])
    .join("; ")

/** Signs in with the form of the login page, and ends at the callback. */
export const visit = async (
  url: string,
  user: { readonly username: string; readonly password: string }
): Promise<void> => {
  const first = await fetch(url, { redirect: "manual" })
  const page = await fetch(new URL(first.headers.get("location") ?? "", url), {
    headers: { accept: "text/html", cookie: cookiesOf(first) }
  })
  const text = await page.text()
  const form = new URLSearchParams(user)
  for (const name of ["request", "token"]) {
    form.set(name, new RegExp(`name="${name}"\\s+value="([^"]*)"`).exec(text)?.[1] ?? "")
  }
  const end = await fetch(new URL("/sentinel/login", url), {
    method: "POST",
    redirect: "manual",
    headers: { accept: "text/html", cookie: cookiesOf(first, page) },
    body: form
  })
  await (await fetch(end.headers.get("location") ?? url)).text()
}
