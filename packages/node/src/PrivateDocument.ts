/**
 * A JSON document in a file of the user's that other processes of the user also change.
 *
 * @since 0.1.0
 */
import { StoreError } from "@le-auth/core/StoreError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import * as Fs from "node:fs/promises"
import * as Path from "node:path"
import * as KernelLock from "./internal/kernelLock.ts"
import {
  type FileProblem,
  keepAside,
  preparePrivateDirectory,
  readPrivate,
  usable,
  writePrivate
} from "./internal/privateFile.ts"
import { stateDirectory } from "./internal/stateDirectory.ts"

/** A change takes some milliseconds, so a longer wait is for a process that is stopped. */
const timeout = "10 seconds"

const failed = (name: string, path: string) => (operation: string) => (problem: FileProblem) =>
  new StoreError({
    store: `${name} ${path}`,
    operation: `${operation}: ${problem.problem}`,
    ...(problem.cause === undefined ? {} : { cause: problem.cause })
  })

/**
 * A document that is read and changed as one.
 *
 * @category models
 * @since 0.1.0
 */
export interface PrivateDocument<A> {
  /** What the document says now. */
  readonly read: Effect.Effect<A, StoreError>
  /**
   * Reads, changes and writes as one step for all processes. `change` gives a result and the new content; without one
   * nothing is written.
   */
  readonly modify: <B>(
    change: (content: A) => readonly [result: B, content: A | undefined]
  ) => Effect.Effect<B, StoreError>
}

/**
 * The file was written by a newer version, which may keep in it what this one does not know. Nothing was changed.
 *
 * It is a `StoreError`, and trying again does not help.
 *
 * @category errors
 * @since 0.1.0
 */
export class NewerDocument extends StoreError.extend<NewerDocument>("@le-auth/node/NewerDocument")({
  path: Schema.String
}) {
  override get isFinal(): boolean {
    return true
  }

  override get message(): string {
    return `The ${this.store} was written by a newer le-auth, so this one does not change it. Update this one, or move the file away.`
  }
}

type Read<A> = { readonly _tag: "Content"; readonly content: A } | { readonly _tag: "Damaged" | "Newer" }

const jsonOf = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))
const versionOf = (document: unknown): unknown =>
  typeof document === "object" && document !== null && "version" in document ? document.version : undefined

/**
 * The document at `path`: JSON of an object with a `version`.
 *
 * A file that cannot be read, damaged or of a newer version, reads as `empty`: it must not keep anybody from going on.
 * The log has one warning until it can be read again. But nothing that is in it gets lost: one of a newer version is
 * not written over, `modify` fails with `NewerDocument`. A damaged one is renamed to `path.unreadable` before the first
 * write, with a warning.
 *
 * The file is readable and writable by its user only (0600, in a directory 0700; on Windows the user's directory
 * protects it), replaced as a whole by a rename, and never reached through a symbolic link.
 *
 * Any number of processes may change it at the same time, and none loses what another wrote: changes are made under a
 * lock that the kernel holds on the empty file `path.lock`, and that ends with its process. That takes a disk of this
 * computer, not a network file system.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <A>(options: {
  /** What it is, for errors: `session file`. */
  readonly name: string
  readonly path: string
  /** What `encode` writes. What has a greater one was written by a newer program. */
  readonly version: number
  readonly empty: A
  /** What it means that the file cannot be read, for the warning: `no user is signed in`. */
  readonly otherwise: string
  /** What a document says; none if it is damaged as a whole. What it cannot read of it, it keeps for `encode`. */
  readonly decode: (document: unknown) => Effect.Effect<Option.Option<A>>
  readonly encode: (content: A) => string
}): PrivateDocument<A> => {
  const { decode, empty, encode, name, otherwise, path, version } = options
  const storeError = failed(name, path)

  const parse = Effect.fnUntraced(function* (text: string | undefined): Effect.fn.Return<Read<A>> {
    if (text === undefined) return { _tag: "Content", content: empty }
    const document = jsonOf(text)
    if (Option.isNone(document)) return { _tag: "Damaged" }
    const written = versionOf(document.value)
    if (typeof written === "number" && written > version) return { _tag: "Newer" }
    const content = yield* decode(document.value)
    return Option.isNone(content) ? { _tag: "Damaged" } : { _tag: "Content", content: content.value }
  })
  const look = Effect.flatMap(Effect.mapError(readPrivate(path), storeError("read")), parse)
  const unreadable = {
    Damaged: `The ${name} ${path} is not readable, so ${otherwise}.`,
    Newer: `The ${name} ${path} was written by a newer le-auth, so ${otherwise}.`
  }
  /** What the last warning was about: many reads of the same file make one. */
  let warned: keyof typeof unreadable | undefined
  const read = Effect.flatMap(look, (found) => {
    const isNew = found._tag !== warned
    warned = found._tag === "Content" ? undefined : found._tag
    if (found._tag === "Content") return Effect.succeed(found.content)
    return Effect.as(isNew ? Effect.logWarning(unreadable[found._tag]) : Effect.void, empty)
  })

  /** Within this process everybody waits in a queue. */
  const lock = KernelLock.ofFile(`${name} ${path}`, `${path}.lock`, timeout)
  const queue = Semaphore.makeUnsafe(1)

  return {
    read,
    modify: (change) => {
      const changed = Effect.gen(function* () {
        const found = yield* look
        if (found._tag === "Newer") {
          return yield* new NewerDocument({ store: `${name} ${path}`, operation: "write", path })
        }
        const [result, content] = change(found._tag === "Content" ? found.content : empty)
        if (content === undefined) return result
        if (found._tag === "Damaged") {
          const aside = yield* Effect.mapError(keepAside(path), storeError("write"))
          yield* Effect.logWarning(
            `The ${name} ${path} was not readable. It is kept as ${aside}, and a new one was begun.`
          )
        }
        yield* Effect.mapError(writePrivate(path, `${encode(content)}\n`), storeError("write"))
        return result
      })
      return Effect.flatMap(Clock.currentTimeMillis, (since) =>
        queue.withPermits(1)(KernelLock.holding(lock, since, Effect.uninterruptible(changed)))
      )
    }
  }
}

/** About the bytes of a file of some sessions or profiles. */
const room = 65_536

/**
 * Fails, with what to do, if the document at `path` could not be written now.
 *
 * @category guards
 * @since 0.1.0
 */
export const checkWritable = (name: string, path: string): Effect.Effect<void, StoreError> =>
  Effect.andThen(
    preparePrivateDirectory(Path.dirname(path)),
    // Only writing tells whether the disk is full.
    usable(async () => {
      const folder = await Fs.mkdtemp(`${path}.`)
      try {
        await Fs.writeFile(Path.join(folder, "new"), new Uint8Array(room), { mode: 0o600, flush: true })
      } finally {
        await Fs.rm(folder, { recursive: true, force: true })
      }
    })
  ).pipe(Effect.mapError(failed(name, path)("write")))

/**
 * Where le-auth keeps a file of the user's: `$XDG_STATE_HOME/le-auth`, by default below `~/.local/state`, on macOS
 * below `~/Library/Application Support`, on Windows below `%LOCALAPPDATA%`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const defaultPath = (file: string): Effect.Effect<string, StoreError> =>
  Effect.map(stateDirectory(file), (directory) => Path.join(directory, file))
