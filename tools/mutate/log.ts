// What the processes that run tests tell each other and the one that started them: lines of JSON in a file of all.
import fs from "node:fs"

export interface Entry {
  /** A change that made a test fail, which passes without it. */
  readonly noticed?: string
  /** The test. */
  readonly by?: string
  /** A change after which the test failed, also without it. */
  readonly unclear?: string
  /** A test file in which not all was tried, since a test no longer passes as it is. */
  readonly again?: string
  /** A test that has tried all changes that it reaches. */
  readonly done?: string
  /** A test that fails without any change. */
  readonly broken?: string
  /** A test file that is done. */
  readonly file?: string
  /** The changes that are reached when the modules are loaded. */
  readonly loading?: ReadonlyArray<string>
}

export const append = (file: string, entry: Entry) => fs.appendFileSync(file, `${JSON.stringify(entry)}\n`)

export const read = (file: string): ReadonlyArray<Entry> =>
  fs.existsSync(file)
    ? fs
        .readFileSync(file, "utf8")
        .split("\n")
        .flatMap((line) => (line === "" ? [] : [JSON.parse(line)]))
    : []
