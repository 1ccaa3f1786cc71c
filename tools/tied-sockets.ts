// Two sockets that end together, as those do through which a connection is passed on.

import type { Socket } from "node:net"

/** Keeps both in a set as long as they are open, and closes both when one closes. */
export function tie(open: Set<Socket>, near: Socket, far: Socket) {
  for (const socket of [near, far]) {
    open.add(socket)
    socket.on("error", () => undefined)
    socket.on("close", () => {
      open.delete(socket)
      near.destroy()
      far.destroy()
    })
  }
}
