/** What a program handed over and must not. */
import { InvalidArgument } from "../InvalidArgument.ts"

/** Makes the error. `problem` says what is wrong and what to do, without the argument itself. */
export const invalid = (argument: string, problem: string): InvalidArgument =>
  new InvalidArgument({ argument, problem })
