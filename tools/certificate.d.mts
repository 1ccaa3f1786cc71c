/** Key and certificate, as `node:https` takes them. */
export declare const certificate: (options?: {
  /** The common name that it is for. */
  readonly name?: string
  /** When it ends, such as `200101000000Z`. */
  readonly until?: string
}) => { readonly key: string; readonly cert: string }
