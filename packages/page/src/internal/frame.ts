/** What a page in a frame can see and ask for. */

/** The address of the whole tab, or `undefined` in a frame of another site, whose address the browser does not tell. */
export const topLocation = (): Location | undefined => {
  try {
    const top = window.top?.location
    return top?.origin === location.origin ? top : undefined
  } catch {
    return undefined
  }
}

/**
 * In a frame of another site, asks the browser for the cookies that the application has in a window of its own. Outside
 * of a click the browser does not ask the user, and allows only what the user has allowed before.
 *
 * @see Storage Access API
 */
export const askForCookies = async (): Promise<void> => {
  if (topLocation() !== undefined) return
  try {
    await document.requestStorageAccess()
  } catch {
    // The user said no, or the browser has nothing to ask for. The cookies that reach the backend show which.
  }
}
