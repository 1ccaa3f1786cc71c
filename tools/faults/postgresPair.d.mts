/** A server that can be stopped, with all of its processes. */
export interface Server {
  /** Lets all of its processes stand still, as a machine without memory or a virtual one that moves does. */
  readonly freeze: () => void
  readonly thaw: () => void
  /** As the loss of its machine. */
  readonly kill: () => Promise<void>
}

export interface Pair {
  /** Of the port that is switched over. */
  readonly url: string
  readonly directUrls: { readonly primary: string; readonly standby: string }
  /** Cuts all connections. */
  readonly cut: () => void
  readonly primary: () => Server
  readonly standby: Server | undefined
  /** Starts the primary again after it was killed. */
  readonly restart: () => Promise<void>
  /** Sends everybody to the standby, once it was promoted. */
  readonly switchOver: () => void
  readonly stop: () => Promise<void>
}

/** Starts a primary, and if wanted a standby that each commit waits for. */
export declare const startPair: (options: { readonly standby: boolean }) => Promise<Pair>
