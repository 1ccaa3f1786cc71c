import type { Socket } from "node:net"

/** Keeps both in a set as long as they are open, and closes both when one closes. */
export declare const tie: (open: Set<Socket>, near: Socket, far: Socket) => void
