/** A page in a frame. */

/** The address of the whole tab. None in a frame of another site, whose address the browser does not tell. */
export const topLocation = (): Location | undefined => {
  try {
    const top = window.top?.location
    return top?.origin === location.origin ? top : undefined
  } catch {
    return undefined
  }
}

/**
 * Asks the browser for the cookies that the application has in a window of its own, if the page is in a frame of another site,
 * which the browser may keep them from. Outside of a click it says yes only if the user has said so before, and asks nobody.
 *
 * @see Storage Access API
 */
export const askForCookies = async (): Promise<void> => {
  if (topLocation() !== undefined) return
  try {
    await document.requestStorageAccess()
  } catch {
    // The user said no, or the browser has nothing to ask for: what reaches the backend shows it.
  }
}
