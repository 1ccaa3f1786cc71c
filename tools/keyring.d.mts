/** Starts a keychain that is unlocked: the environment in which programs find it, and how to stop it. */
export declare const startKeyring: () => Promise<{
  readonly env: { readonly DBUS_SESSION_BUS_ADDRESS: string; readonly XDG_RUNTIME_DIR: string }
  readonly stop: () => void
}>
