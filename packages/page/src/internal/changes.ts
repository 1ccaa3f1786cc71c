/** The moments at which a page has to ask for the session again. */
import { listen } from "./tabs.ts"

/**
 * Calls back each time that the user returns to the page without loading it, for example with the back button from the
 * login. The browser then shows the page from its back/forward cache, although the session may have changed. Gives a
 * function that ends the calls.
 *
 * @example
 * ```ts
 * // compiled only
 * import { onReturn, resume } from "@le-auth/page"
 *
 * const stop = onReturn(async () => {
 *   const found = await resume()
 *   if (found._tag !== "SignedIn") document.querySelector("#inbox")?.remove()
 * })
 * ```
 *
 * @category accessors
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
 * Calls back each time that the session may have changed without this page. Another tab signed in or out, or the page
 * is shown again after it was hidden or in the browser's back/forward cache. Then call `session`. Gives a
 * function that ends the calls.
 *
 * @example
 * ```ts
 * // compiled only
 * import { onChange, session } from "@le-auth/page"
 *
 * const stop = onChange(async () => {
 *   const now = await session()
 *   if (now._tag === "SignedOut") location.reload()
 * })
 * ```
 *
 * @category accessors
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
