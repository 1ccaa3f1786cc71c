/** When a page has to ask again who is signed in. */
import { listen } from "./tabs.ts"

/**
 * Calls back when the user returns to the page without loading it, by the back button from the login for instance: the
 * browser shows the page as it was left (its back/forward cache), though somebody may have signed in or out since. Ends with
 * the function that it returns.
 *
 * @example
 * ```ts
 * import { onReturn, resume } from "@le-auth/browser/plain"
 *
 * const stop = onReturn(async () => {
 *   const found = await resume()
 *   if (found._tag !== "SignedIn") document.querySelector("#inbox")?.remove()
 * })
 * ```
 *
 * @since 0.1.0
 */
export const onReturn = (callback: () => void): (() => void) => {
  const listener = (event: PageTransitionEvent) => {
    if (event.persisted) callback()
  }
  addEventListener("pageshow", listener)
  return () => removeEventListener("pageshow", listener)
}

/**
 * Calls back when the session may have changed without this page: another tab signed in or out, or the page was out of sight
 * or in the browser's back/forward cache and is shown again. Then ask {@link session}. Ends with the function that it returns.
 *
 * @example
 * ```ts
 * import { onChange, session } from "@le-auth/browser/plain"
 *
 * const stop = onChange(async () => {
 *   const now = await session()
 *   if (now._tag === "SignedOut") location.reload()
 * })
 * ```
 *
 * @since 0.1.0
 */
export const onChange = (callback: () => void): (() => void) => {
  const shown = () => {
    if (document.visibilityState === "visible") callback()
  }
  const ends = [listen(callback), onReturn(callback)]
  document.addEventListener("visibilitychange", shown)
  return () => {
    for (const end of ends) end()
    document.removeEventListener("visibilitychange", shown)
  }
}
