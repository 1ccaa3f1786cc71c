// Sessions that a restart of the program outlives. Yours are in Redis or a database: connect-redis and the like.
import session from "express-session"
import { existsSync, readFileSync, writeFileSync } from "node:fs"

class FileStore extends session.Store {
  #file = process.env.SESSION_FILE
  #sessions = existsSync(this.#file) ? JSON.parse(readFileSync(this.#file, "utf8")) : {}

  get(id, done) {
    done(null, this.#sessions[id])
  }

  set(id, data, done) {
    this.#sessions[id] = data
    writeFileSync(this.#file, JSON.stringify(this.#sessions))
    done?.()
  }

  destroy(id, done) {
    this.set(id, undefined, done)
  }
}

export const store = new FileStore()
