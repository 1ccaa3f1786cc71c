/** The corpus: what public programs send to LivePerson at sign-in, one file of data for each program. */
import * as Schema from "effect/Schema"
import { readdirSync, readFileSync } from "node:fs"

const Texts = Schema.Record(Schema.String, Schema.String)

/** One request of a program, and what becomes of it. `{…}` in its texts stands for a value of the run, see `Replay`. */
const Step = Schema.Struct({
  /** What the program does, as the end of a sentence that begins with its name. */
  does: Schema.NonEmptyString,
  /** The file of the program that makes the request. */
  file: Schema.NonEmptyString,
  request: Schema.Struct({
    method: Schema.Literals(["GET", "POST"]),
    target: Schema.NonEmptyString,
    /** Without `host`; `content-length` is added where there is a body. */
    headers: Texts,
    body: Schema.optionalKey(Schema.String)
  }),
  /** Where the program sends a browser, a user signs in. This is in the query of the redirect that follows. */
  browser: Schema.optionalKey(Texts),
  /** What the program needs from the answer: paths in its JSON, each with the kind of value, see `Needs`. */
  needs: Schema.optionalKey(Schema.Struct({ status: Schema.Int, json: Texts })),
  /** The point that gives the answer what the program needs, where the dialect `rfc` has another value. */
  point: Schema.optionalKey(Schema.String),
  /** Values of the answer for later requests: their names, and where they are. */
  keeps: Schema.optionalKey(Texts),
  /** The warnings that are left, in this order: for each the point that would refuse the request. */
  warnings: Schema.Array(Schema.NonEmptyString)
})
export type Step = typeof Step.Type

const Program = Schema.Struct({
  program: Schema.NonEmptyString,
  /** Where it is public, and of which time the files are that were read. */
  sources: Schema.NonEmptyArray(
    Schema.Struct({
      repository: Schema.optionalKey(Schema.NonEmptyString),
      date: Schema.NonEmptyString,
      note: Schema.optionalKey(Schema.NonEmptyString)
    })
  ),
  /** What is worth knowing of it. */
  note: Schema.NonEmptyString,
  /** How it is installed at Sentinel. */
  installation: Schema.Struct({
    grant_types: Schema.Array(Schema.String),
    redirect_uris: Schema.optionalKey(Schema.Array(Schema.String)),
    scope: Schema.optionalKey(Schema.String)
  }),
  /** What stands behind other services of LivePerson that it calls with its token. */
  stubs: Schema.optionalKey(Schema.Unknown),
  steps: Schema.NonEmptyArray(Step)
})
export type Program = typeof Program.Type

const folder = new URL("programs/", import.meta.url)
const decode = Schema.decodeUnknownSync(Program, { onExcessProperty: "error" })

/** All programs, by the names of their files. */
export const programs: ReadonlyMap<string, Program> = new Map(
  readdirSync(folder)
    .toSorted()
    .map((name) => [name.replace(/\.json$/, ""), decode(JSON.parse(readFileSync(new URL(name, folder), "utf8")))])
)
