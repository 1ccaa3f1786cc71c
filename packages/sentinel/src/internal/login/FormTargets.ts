/**
 * Where the login form may lead (CSP `form-action`).
 *
 * Chromium applies the policy to every redirect after the form: to the one that sends the code, and to whatever the application
 * answers to it. An application whose users live at another origin than its redirect URI would be stuck on the login page, with
 * nothing but a line in the console.
 *
 * @since 0.1.0
 */
import { isLoopback } from "@le-auth/core/Origin"
import * as RedirectUris from "../request/RedirectUris.ts"

/** On a developer's machine the user interface often has a port of its own. */
const anyPortOfLoopback = ["http://localhost:*", "http://127.0.0.1:*"]

const isOnLoopback = (uri: string): boolean => isLoopback(RedirectUris.originOf(uri).replace(/^https?:\/\//, ""))

/**
 * The origin of the redirect URI; those of the other redirect URIs of the application, which so can name the origins that it
 * leads to; and all of loopback if the redirect URI is there.
 *
 * @since 0.1.0
 */
export const of = (redirectUri: string, registered: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...new Set([
    ...[redirectUri, ...registered].map(RedirectUris.policySourceOf),
    ...(isOnLoopback(redirectUri) ? anyPortOfLoopback : [])
  ])
]
