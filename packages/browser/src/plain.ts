/**
 * The functions of `@le-auth/page`, which need no Effect.
 *
 * @since 0.1.0
 */
export * from "@le-auth/page"
