export * as BrowserHttp from "./BrowserHttp.ts"
export * as BrowserSignIn from "./BrowserSignIn.ts"
export * as PageError from "./PageError.ts"
export * as PageSession from "./PageSession.ts"
