// What the processes that run tests tell each other and the one that started them: lines of JSON in a file of all.
import fs from "node:fs"

/**
 * @typedef {object} Entry
 * @property {string} [noticed] a change that made a test fail, which passes without it
 * @property {string} [by] the test
 * @property {string} [unclear] a change after which the test failed, also without it
 * @property {string} [again] a test file in which not all was tried, since a test no longer passes as it is
 * @property {string} [done] a test that has tried all changes that it reaches
 * @property {string} [broken] a test that fails without any change
 * @property {string} [file] a test file that is done
 * @property {ReadonlyArray<string>} [loading] the changes that are reached when the modules are loaded
 */

/** @param {string} file @param {Entry} entry */
export const append = (file, entry) => fs.appendFileSync(file, `${JSON.stringify(entry)}\n`)

/** @param {string} file @returns {ReadonlyArray<Entry>} */
export const read = (file) =>
  fs.existsSync(file)
    ? fs
        .readFileSync(file, "utf8")
        .split("\n")
        .flatMap((line) => (line === "" ? [] : [JSON.parse(line)]))
    : []
