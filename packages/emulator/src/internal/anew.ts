/** How each test begins: as Sentinel started, and with a journal that has nothing of the tests before. */
import type { ConnectedSentinel } from "../Emulator.ts"

export const anew = async (sentinel: Pick<ConnectedSentinel, "reset" | "journal">): Promise<void> => {
  await sentinel.reset()
  await sentinel.journal.clear()
}
