/**
 * The addresses that the login form may lead to (CSP `form-action`).
 *
 * Chromium applies the policy to every redirect after the form: to the one that sends the code, and to any that the
 * application answers to it. An application whose users live at another origin than its redirect URI would be stuck on
 * the login page, with nothing but a line in the console.
 */
import { isLoopback } from "@le-auth/core/Origin"
import * as RedirectUris from "../request/RedirectUris.ts"

/** On a developer's machine the user interface often has a port of its own. */
const anyPortOfLoopback = (redirectUri: string) =>
  ["localhost:*", "127.0.0.1:*"].map((host) => `${redirectUri.startsWith("https:") ? "https" : "http"}://${host}`)

const isOnLoopback = (uri: string): boolean => isLoopback(RedirectUris.originOf(uri).replace(/^https?:\/\//, ""))

/**
 * The origin of the redirect URI; the origins of the other redirect URIs of the application, which can name the
 * addresses that it leads to in this way; and all of loopback if the redirect URI is there.
 */
export const of = (redirectUri: string, registered: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...new Set([
    ...[redirectUri, ...registered].map(RedirectUris.policySourceOf),
    ...(isOnLoopback(redirectUri) ? anyPortOfLoopback(redirectUri) : [])
  ])
]
