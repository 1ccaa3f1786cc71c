/**
 * How a finding about an installation document looks on a terminal.
 */
import type { Finding } from "@le-auth/core/InstallationDocument"
import { type Text, text } from "../../../terminal/TerminalText.ts"

export const textOf = ({ field, problem, remedy, severity }: Finding): Text =>
  text`${severity.padEnd(7)}  ${field === "" ? "document" : field}: ${problem} ${remedy}`
