import { onChange, resume, type SessionResult } from "@le-auth/page"
import { onMounted, onUnmounted, type ShallowRef, shallowReadonly, shallowRef } from "vue"

// One for all components of the page. On a server nothing is mounted, so nothing is kept there.
const current = shallowRef<SessionResult>()
let users = 0
let asked = 0
let stop = () => {}

const ask = async () => {
  const turn = ++asked
  const result = await resume()
  // An older answer may come after a newer one.
  if (turn === asked) current.value = result
}

/** The session, in all tabs alike. `undefined` until it is known, and on the server. */
export const useSession = (): Readonly<ShallowRef<SessionResult | undefined>> => {
  onMounted(() => {
    if (users++ > 0) return
    stop = onChange(ask)
    void ask()
  })
  onUnmounted(() => {
    if (--users > 0) return
    stop()
    asked++
    current.value = undefined
  })
  return shallowReadonly(current)
}
