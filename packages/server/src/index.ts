/** @since 0.1.0 */
export * from "./LeAuth.ts"
export * from "./LeAuthError.ts"
export * from "./Options.ts"
export * from "./Stores.ts"
