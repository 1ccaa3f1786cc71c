// Load on a running server, by wrk where it is installed and else by autocannon.
import { generator } from "../Options.ts"
import { Connection } from "./Connection.ts"
import { job, type Kind } from "./Job.ts"
import { gather, operations } from "./Operations.ts"
import { sessions } from "./Parameters.ts"
import { type Contestant, start } from "./Running.ts"
import * as Wrk from "./Wrk.ts"

const wrk = generator === "autocannon" ? undefined : Wrk.version()
export const loadedBy = wrk === undefined ? "autocannon" : "wrk"

/** For the record. */
export const versions: Record<string, string> = wrk === undefined ? {} : { wrk }

const { drive } = wrk === undefined ? await import("./Autocannon.ts") : Wrk

/** Refresh tokens at the start: more than connections, so that one is always there. */
const chains = 100

/** A session keeps 16 codes that wait, and 32 sessions are signed in. */
const codes = 500

/** A server with browsers that have signed in. */
export const begin = async (contestant: Contestant) => {
  const server = await start(contestant)
  const cookies: string[] = []
  for (let session = 0; session < sessions; session++) cookies.push(await contestant.signIn(server.origin))
  const { code, isReady, refreshToken } = operations(contestant, cookies)

  /** What was made by a driver of our own, before the load. */
  const made = async (count: number, make: (connection: Connection) => Promise<string>) => {
    const connections = Array.from({ length: 16 }, () => new Connection(server.port))
    const results = await gather(connections, count, make)
    for (const connection of connections) connection.close()
    return results
  }

  // A server may answer while it still makes its key pair.
  await made(1, isReady)

  const once = async (kind: Kind, connections: number, times: number) => {
    const prepared = {
      codes: kind === "exchange" ? await made(times, code) : [],
      tokens: kind === "refresh" ? await made(chains, refreshToken) : []
    }
    const before = await server.use()
    const microseconds = await drive(job(contestant, server.port, { kind, times, cookies, ...prepared }), connections)
    return { microseconds, cpu: (await server.use()).cpu - before.cpu }
  }

  /** Operations of a kind: how many in a second, and the CPU of the server for one. */
  const load = async (kind: Kind, connections: number, times: number) => {
    const most = kind === "exchange" ? (contestant.remembers ?? codes) : times
    let microseconds = 0
    let cpu = 0
    for (let left = times; left > 0; left -= most) {
      const one = await once(kind, connections, Math.min(left, most))
      microseconds += one.microseconds
      cpu += one.cpu
    }
    return { rate: (times * 1e6) / microseconds, cpu: cpu / times }
  }

  return { ...server, contestant, load }
}
