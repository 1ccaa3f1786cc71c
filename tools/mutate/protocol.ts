// What `npm run mutate` changes: the files that the protocol consists of, and how many of the changes the tests have to
// notice.

/** In percent. */
export const threshold = 90

/** By package. Its own tests have to notice. */
export const protocol: Readonly<Record<string, ReadonlyArray<string>>> = {
  "packages/core": [
    "src/AppJwt.ts",
    "src/CallbackResult.ts",
    "src/IdToken.ts",
    "src/SentinelClient.ts",
    "src/Sessions.ts",
    "src/SignIn.ts",
    "src/WebhookSignature.ts",
    "src/internal/challenge.ts",
    "src/internal/clientContextOf.ts",
    "src/internal/identify.ts",
    "src/internal/jwt.ts",
    "src/internal/keeping.ts",
    "src/internal/newest.ts",
    "src/internal/optionalMembers.ts",
    "src/internal/outcomes.ts",
    "src/internal/refreshing.ts",
    "src/internal/repeatable.ts",
    "src/internal/tokenSet.ts"
  ],
  "packages/sentinel": [
    "src/internal/authorize/Authorize.ts",
    "src/internal/authorize/AuthorizeChecks.ts",
    "src/internal/request/AuthorizationResponse.ts",
    "src/internal/request/IssueCode.ts",
    "src/internal/request/RedirectUris.ts",
    "src/internal/session/LoginSessions.ts",
    "src/internal/token/ClientAuthentication.ts",
    "src/internal/token/CodeExchange.ts",
    "src/internal/token/GrantRequest.ts",
    "src/internal/token/Pkce.ts",
    "src/internal/token/Refresh.ts",
    "src/internal/token/Revoke.ts",
    "src/internal/token/TokenAnswer.ts",
    "src/internal/token/TokenEndpoint.ts",
    "src/internal/token/TokenForm.ts",
    "src/internal/token/TokenSet.ts"
  ],
  "packages/web": [
    "src/ApiProxy.ts",
    "src/CookieSessionStore.ts",
    "src/SameOrigin.ts",
    "src/SessionRoutes.ts",
    "src/SignInRoutes.ts",
    "src/internal/asked.ts",
    "src/internal/forwarding.ts",
    "src/internal/liveSession.ts",
    "src/internal/pageCall.ts"
  ]
}

/**
 * Sentences for people (messages, logs) and the names of services are not the protocol: no test has to know them by
 * heart. A text such as `10 minutes`, `code` or `default-src 'none'` is none of these.
 * @param source a literal as it is written
 */
export const isForPeople = (source: string) => /^["'`] ?[a-z_']+[,;:.]? [\w$(]|^"@le-auth\//i.test(source)
