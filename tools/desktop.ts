/**
 * The modules of a package that are for a person at their own computer: keychain, browser, files of a user. Only they
 * import one another, and only they start processes, so that a server's imports reach none of it.
 */
export const desktop = {
  node: ["Keychain", "LoopbackReceiver", "NodeSignIn", "SessionFile", "SystemBrowser", "UserSealKey"]
}
