// Loaded by each Node program below `le-auth sentinel exec`, by way of NODE_OPTIONS: a connection to one of
// LivePerson's names leads to the local Sentinel. The name itself stays as it is in TLS and in HTTP.
"use strict"
// CommonJS, since a program may run on a Node that cannot be told to import a module first.
const { Socket } = require("node:net")

const port = Number(process.env["LE_AUTH_SENTINEL_EXEC_PORT"])
const host = "127.0.0.1"

const isLivePerson = (/** @type {unknown} */ name) =>
  typeof name === "string" && /(?:^|\.)liveperson\.net\.?$/i.test(name)

/** The options of a connection, with another address if its host is LivePerson's. */
const redirected = (/** @type {unknown} */ options) => {
  if (typeof options !== "object" || options === null) return options
  if (!("host" in options) || !isLivePerson(options.host) || ("path" in options && options.path)) return options
  // An address of this computer needs no look-up, and is reached from no other one.
  return { ...options, host, port, family: 4, localAddress: undefined, localPort: undefined }
}

if (port > 0) {
  const { connect } = Socket.prototype
  /** @type {(this: import("node:net").Socket, ...args: any[]) => import("node:net").Socket} */
  const connectElsewhere = function (...args) {
    const [first, second, ...rest] = args
    // `net.connect` has put its arguments into one list already; Node knows that list again by a mark on it.
    if (Array.isArray(first)) first[0] = redirected(first[0])
    else if (typeof first === "object") args[0] = redirected(first)
    else if (isLivePerson(second)) return connect.call(this, port, host, ...rest)
    return connect.apply(this, /** @type {any} */ (args))
  }
  Socket.prototype.connect = connectElsewhere
}
