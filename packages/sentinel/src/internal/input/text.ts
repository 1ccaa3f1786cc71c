/** Texts that every store can hold and every log can show: those of core, which the installation document has. */
export { problemOf, upTo } from "@le-auth/core/shared/StorableText"
