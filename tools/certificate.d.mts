/** Key and certificate, as `node:https` takes them. */
export declare const certificate: () => { readonly key: string; readonly cert: string }
