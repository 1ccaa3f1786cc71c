// What is measured at a server, and what has to be there beforehand.
import { setTimeout } from "node:timers/promises"

import { exchangeBody, refreshBody } from "./Parameters.ts"
import type { Answer, Connection } from "./Connection.ts"
import type { Contestant } from "./Running.ts"

export type Work = (connection: Connection, index: number) => Promise<unknown>

const expect = (status: number, answer: Answer) => {
  if (answer.status !== status) throw new Error(`${answer.status} instead of ${status}: ${answer.head}\n${answer.body}`)
  return answer
}

let states = 0

/** The operations at a server where `cookies` are those of browsers that have signed in. */
export function operations({ authorize, keys, name, token }: Contestant, cookies: string[]) {
  const code = async (connection: Connection) => {
    const state = `${"s".repeat(30)}${++states}`
    const answer = await connection.get(authorize(state), cookies[states % cookies.length])
    const found = /\r\nlocation: [^\r]*[?&]code=([^&\r]+)/i.exec(answer.head)?.[1]
    if (found === undefined || !answer.head.includes(`state=${state}`)) {
      throw new Error(`${name} gave no code: ${answer.head}`)
    }
    return found
  }
  const exchange = async (connection: Connection, code: string) =>
    expect(200, await connection.post(token, exchangeBody(code))).body
  const refresh = async (connection: Connection, refreshToken: string) =>
    expect(200, await connection.post(token, refreshBody(refreshToken)))
  const flow = async (connection: Connection) => exchange(connection, await code(connection))

  const refreshToken = async (connection: Connection) =>
    /"refresh_token":"([^"]+)"/.exec(await flow(connection))?.[1] ?? ""

  /** Once it has its keys. */
  const isReady = async (connection: Connection) => {
    if (keys === undefined) return name
    for (;;) {
      const { body } = await connection.get(keys)
      if (body.includes('"keys"')) return name
      await setTimeout(5)
    }
  }

  /** Each operation gets ready for a number of times, then gives the work of one. */
  const prepared: Record<string, (connections: Connection[], times: number) => Promise<Work>> = {
    authorize: async () => code,
    exchange: async (connections, times) => {
      const codes = await gather(connections, times, code)
      return (connection, index) => exchange(connection, codes[index] ?? "")
    },
    refresh: async (connections, times) => {
      const tokens = await gather(connections, times, refreshToken)
      return (connection, index) => refresh(connection, tokens[index] ?? "")
    },
    keys: async () => async (connection) => expect(200, await connection.get(keys ?? "")),
    flow: async () => flow
  }
  return { code, isReady, refreshToken, prepared }
}

/** Does a piece of work this number of times, and keeps what comes of it. */
export async function gather(
  connections: Connection[],
  times: number,
  work: (connection: Connection) => Promise<string>
) {
  const results: string[] = []
  await Promise.all(
    connections.map(async (connection, index) => {
      for (let count = index; count < times; count += connections.length) results.push(await work(connection))
    })
  )
  return results
}
