/** Key and certificate, as `node:https` takes them. Node compares `commonName` with the host. */
export declare const certificate: (commonName?: string) => { readonly key: string; readonly cert: string }
