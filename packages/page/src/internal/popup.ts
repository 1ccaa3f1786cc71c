/** A sign-in in a window of its own, while the page stays as it is. */
import { loginAddress, pathsOf, type Request } from "./backend.ts"
import { askForCookies, topLocation } from "./frame.ts"
import { badOptions, type NotRedirected, redirect, type Redirecting } from "./redirect.ts"
import { type SignedIn, type Unavailable, unavailable } from "./results.ts"
import { session } from "./session.ts"
import { listen } from "./tabs.ts"

/**
 * A sign-in in a window of its own.
 *
 * @category models
 * @since 0.1.0
 */
export interface PopupOptions extends Request {
  /** The account to sign in to. Default: the only account in which the application is installed. */
  readonly account?: string | undefined
  /**
   * If the browser opens no window, `redirect` sends the whole tab, and `report` gives `NoPopup`. Default: `redirect`.
   */
  readonly blocked?: "redirect" | "report" | undefined
}

/**
 * There was no sign-in in the window.
 *
 * - `Closed`: the user closed the window, or left it and came back to this page. If they sign in there later,
 *   `onChange` calls back.
 * - `Blocked`: the browser opened no window. Browsers open one only in a click, with nothing awaited before.
 * - `Framed`: the window is closed, and this page, in a frame of another site, sees no session. If the user signed in,
 *   the browser keeps the session from the frame, and {@link allowCookies} asks for it.
 *
 * @category models
 * @since 0.1.0
 */
export interface NoPopup {
  readonly _tag: "NoPopup"
  readonly reason: "Closed" | "Blocked" | "Framed"
  readonly message: string
}

/**
 * The result of {@link popup}.
 *
 * @category models
 * @since 0.1.0
 */
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
    // A page with Cross-Origin-Opener-Policy, such as the login, looks closed from here while it is open. A user who
    // closes or leaves the window comes back to this page, for longer than a window takes to get the focus when it
    // opens.
    let back = 0
    const timer = setInterval(() => {
      back = opened.closed && document.hasFocus() ? back + 1 : 0
      if (back > 4) end()
    }, 200)
    const silence = listen((message) => message === id && end())
    signal?.addEventListener("abort", end)
  })

/**
 * Signs in with a window of its own, and gives the session. Call it in a click, with nothing awaited before. The window
 * ends at a page of the backend, which tells this page over a channel that only pages of this origin share. The message
 * has neither a code nor a token, and no page of the login can reach this one.
 *
 * @example
 * ```ts
 * // compiled only
 * import { popup } from "@le-auth/page"
 *
 * document.querySelector("#sign-in")?.addEventListener("click", async () => {
 *   const result = await popup()
 *   if (result._tag === "SignedIn") document.title = `Account ${result.session.accountId}`
 *   else if (result._tag === "NoPopup") document.body.append(result.message)
 * })
 * ```
 *
 * @category accessors
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
  // No page in the window can reach this one, or send it elsewhere.
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
