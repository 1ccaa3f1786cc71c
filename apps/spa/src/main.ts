/** The page: the signed-in user, a call in their name, and the actions. */
import {
  allowCookies,
  cookies,
  onChange,
  popup,
  redirect,
  refresh,
  resume,
  type Session,
  session,
  signOut,
  signOutEverywhere
} from "@le-auth/browser/plain"
import { userRecord } from "./apiCall.ts"

/** The results of all calls. */
type Result =
  | Awaited<ReturnType<typeof allowCookies | typeof popup | typeof refresh | typeof signOutEverywhere>>
  | ReturnType<typeof redirect>

const element = (id: string): HTMLElement => {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`The page has no #${id}`)
  return found
}

const times = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" })

const fillTime = (id: string, milliseconds: number) => {
  // @effect-diagnostics-next-line globalDate:off
  const time = new Date(milliseconds)
  element(id).textContent = times.format(time)
  element(id).setAttribute("datetime", time.toISOString())
}

/** Calls the API, and shows what comes of it. LivePerson's own administrators have no record there. */
const showCall = async (now: Session) => {
  const from = performance.now()
  try {
    const { path, status, text } = await userRecord(now)
    element("call").textContent = `GET ${path} answered ${status} in ${Math.round(performance.now() - from)} ms:`
    const record: { readonly fullName?: unknown } = status === 200 ? JSON.parse(text) : {}
    element("answer").textContent = status === 200 ? JSON.stringify(record, null, 2) : text
    element("name").textContent = String(record.fullName ?? "Not known")
  } catch (error) {
    element("call").textContent = `There is no answer: ${(error as Error).message}`
    element("answer").textContent = ""
  }
}

const fill = (now: Session) => {
  element("subject").textContent = now.subject
  element("account").textContent = now.accountId
  element("role").textContent = now.isAdmin ? "Administrator" : "User"
  fillTime("since", now.signedInAt)
  fillTime("until", now.expiresAt)
  void showCall(now)
}

/** Shows a text of the backend. It is never read as HTML. */
const say = (text: string, kind: "news" | "problem" = "news") => {
  element("status").textContent = text
  element("status").className = kind
}

type Part = "signed-in" | "signed-out" | "unknown"
const parts: ReadonlyArray<Part> = ["signed-in", "signed-out", "unknown"]

const showPart = (shown: Part) => {
  for (const part of parts) element(part).hidden = part !== shown
}

/** The actions in a frame of another site, such as LivePerson's agent workspace. */
const sayKeptBack = () => {
  element("allow").hidden = false
  element("redirect").hidden = true
  say(
    "Your browser keeps this frame apart. Sign in in a new window, then allow this application its cookies.",
    "problem"
  )
}

const lookForCookies = async () => {
  if ((await cookies())._tag === "CookiesKeptBack") sayKeptBack()
  else element("allow").hidden = true
}

const show = (result: Result): void => {
  switch (result._tag) {
    case "SignedIn":
      fill(result.session)
      showPart("signed-in")
      return say("You are signed in.")
    case "SignedOut":
      showPart("signed-out")
      void lookForCookies()
      return result.reason === "NotSignedIn" ? say("You are not signed in.") : say(result.message, "problem")
    case "SignedOutHere":
      showPart("signed-out")
      return say(result.message, "problem")
    case "Redirecting":
      return say("On the way to the sign-in…")
    case "CookiesKeptBack":
      return sayKeptBack()
    // Nothing has changed, so there is only a message. A page that knows nothing yet can ask again.
    case "NoPopup":
    case "NotRedirected":
    case "Unavailable":
      if (result._tag === "NoPopup" && result.reason === "Framed") return sayKeptBack()
      if (parts.every((part) => element(part).hidden)) showPart("unknown")
      return say(result.message, "problem")
  }
}

/** A button does one thing at a time. */
const onClick = (id: string, act: () => Result | Promise<Result>, waiting?: string) => {
  const button = element(id) as HTMLButtonElement
  button.addEventListener("click", async () => {
    button.disabled = true
    if (waiting !== undefined) say(waiting)
    try {
      show(await act())
    } finally {
      button.disabled = false
    }
  })
}

onClick("again", () => session(), "Looking who is signed in…")
onClick("redirect", () => redirect())
onClick("popup", () => popup(), "Sign in in the window that has opened.")
onClick("allow", () => allowCookies())
onClick("call-again", () => session())
onClick("refresh", () => refresh())
onClick("sign-out", () => signOut())
onClick("sign-out-everywhere", () => signOutEverywhere())

// First the session that this page finds, then the changes by other tabs, or while the page was hidden.
show(await resume())
onChange(async () => show(await session()))
