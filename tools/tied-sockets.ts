// Two sockets that end together, as those do through which a connection is passed on.

/**
 * Keeps both in a set as long as they are open, and closes both when one closes.
 *
 * @param {Set<import("node:net").Socket>} open
 * @param {import("node:net").Socket} near
 * @param {import("node:net").Socket} far
 */
export function tie(open, near, far) {
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
