/** @since 0.1.0 */
export * from "./Documents.ts"
export * from "./Emulator.ts"
export * from "./EmulatorError.ts"
export * from "./Options.ts"
export * from "./SentinelControl.ts"
