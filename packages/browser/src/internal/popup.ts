/** A sign-in in a window of its own, while the page stays as it is. */
import { loginAddress, pathsOf, type Request } from "./backend.ts"
import { askForCookies, topLocation } from "./frame.ts"
import { badOptions, type NotRedirected, redirect, type Redirecting } from "./redirect.ts"
import { type SignedIn, type Unavailable, unavailable } from "./results.ts"
import { session } from "./session.ts"
import { listen } from "./tabs.ts"

/**
 * @since 0.1.0
 */
export interface PopupOptions extends Request {
  /** The account to sign in to. May be left out if the application is installed in one account only. */
  readonly account?: string | undefined
  /** What to do if the browser opens no window: send the whole tab, or say so. Default: `redirect`. */
  readonly blocked?: "redirect" | "report" | undefined
}

/**
 * There was no sign-in in the window.
 *
 * - `Closed`: the user closed it, or left it and came back to this page. If the user signs in there later all the same,
 *   {@link onChange} tells.
 * - `Blocked`: the browser opened none. It does so in a click only: call it there, and await nothing before.
 * - `Framed`: the window is closed, and this page, in a frame of another site, sees no sign-in. If there was one, the browser
 *   keeps it from the frame: {@link allowCookies} asks for it.
 *
 * @since 0.1.0
 */
export interface NoPopup {
  readonly _tag: "NoPopup"
  readonly reason: "Closed" | "Blocked" | "Framed"
  readonly message: string
}

/** @since 0.1.0 */
export type PopupResult = SignedIn | NoPopup | Redirecting | NotRedirected | Unavailable

const noPopup = (reason: NoPopup["reason"], message: string): NoPopup => ({ _tag: "NoPopup", reason, message })

/** Waits until the sign-in in the window has ended, one way or the other. */
const ended = (opened: Window, id: string, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    const end = () => {
      clearInterval(timer)
      silence()
      signal?.removeEventListener("abort", end)
      resolve()
    }
    // A page with Cross-Origin-Opener-Policy, as the login is one, looks closed from here while it is open. Whoever closes or
    // leaves a window comes back to this one, for longer than a window takes to get the focus when it opens.
    let back = 0
    const timer = setInterval(() => {
      back = opened.closed && document.hasFocus() ? back + 1 : 0
      if (back > 4) end()
    }, 200)
    const silence = listen((message) => message === id && end())
    signal?.addEventListener("abort", end)
  })

/**
 * Signs in with a window of its own. The window ends at a page of the backend, which tells this page over a channel that
 * only pages of this origin share; neither code nor token is in that message, and no page of the login can reach this one.
 *
 * @example
 * ```ts
 * import { popup } from "@le-auth/browser/plain"
 *
 * document.querySelector("#sign-in")?.addEventListener("click", async () => {
 *   const result = await popup()
 *   if (result._tag === "SignedIn") document.title = `Account ${result.session.accountId}`
 *   else if (result._tag === "NoPopup") document.body.append(result.message)
 * })
 * ```
 *
 * @since 0.1.0
 */
export const popup = async (options: PopupOptions = {}): Promise<PopupResult> => {
  const { account, blocked, signal } = options
  const bad = badOptions({ account })
  if (bad !== undefined) return bad
  if (signal?.aborted) return aborted
  const opened = window.open("", "_blank", "popup,width=480,height=680")
  if (opened === null) {
    return blocked === "report"
      ? noPopup("Blocked", "The browser opened no window. Allow windows for this page, or sign in without one.")
      : redirect(options)
  }
  // So that no page in the window can reach this one, or send it elsewhere.
  opened.opener = null
  const id = crypto.randomUUID()
  opened.location.replace(loginAddress(location, options, `${pathsOf(options).login}/done?window=${id}`))

  await ended(opened, id, signal)
  if (signal?.aborted) {
    opened.close()
    return aborted
  }
  await askForCookies()
  const result = await session(options)
  if (result._tag !== "SignedOut") return result
  return topLocation() === undefined
    ? noPopup(
        "Framed",
        "If you signed in in the window, the browser keeps it from this frame. Call allowCookies in a click."
      )
    : noPopup("Closed", "The window was closed before the sign-in was over. Start it again.")
}

const aborted = unavailable("Aborted", "The sign-in was given up.")
