/** The token in a header `Authorization: Bearer` (RFC 6750 section 2.1); `undefined` if there is none. */
export const bearerToken = (header: string | undefined): string | undefined =>
  /^Bearer +([\x21-\x7e]+)$/i.exec(header ?? "")?.[1]
