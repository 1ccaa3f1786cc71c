/**
 * Applies a changed configuration file while Sentinel runs.
 */
import type { StoreUnavailable } from "@le-auth/sentinel/ControlError"
import type * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Latch from "effect/Latch"
import * as Redacted from "effect/Redacted"
import type { Failure } from "../../../terminal/Failure.ts"
import * as Signals from "../../../terminal/Signals.ts"

/**
 * How often the file is checked. Polling also works where systems send no events: in containers, over networks.
 */
const interval = "500 millis"

/** The part that only a start applies: the dialect and the signing keys. */
const fixedPartOf = ({ dialect, points, signing_keys }: SentinelConfig.SentinelConfig): string =>
  JSON.stringify([dialect, points ?? {}, signing_keys?.map(Redacted.value)])

/** A text that changes with the file, found without reading it. */
export const versionOf = (path: string): Effect.Effect<string, never, FileSystem.FileSystem> =>
  FileSystem.FileSystem.use((files) => files.stat(path)).pipe(
    Effect.map(({ ino, mtime, size }) => `${String(ino)} ${String(mtime)} ${size}`),
    Effect.orElseSucceed(() => "missing")
  )

/**
 * Listens to SIGHUP from now on, and returns the watch, which runs until it is interrupted. A file with mistakes
 * changes nothing; the log has all of them.
 */
export const make = Effect.fnUntraced(function* (options: {
  readonly path: string
  /** The version that `current` was read from, or an older one. */
  readonly version: string
  readonly current: SentinelConfig.SentinelConfig
  readonly read: Effect.Effect<SentinelConfig.SentinelConfig, Failure, FileSystem.FileSystem>
  readonly replace: (config: SentinelConfig.SentinelConfig) => Effect.Effect<void, StoreUnavailable>
}) {
  const asked = yield* Latch.make()
  yield* Signals.hangUp(() => asked.openUnsafe())

  const reload = options.read.pipe(
    Effect.flatMap((config) =>
      Effect.gen(function* () {
        yield* options.replace(config)
        yield* Effect.logInfo("configuration taken over", { file: options.path })
        if (fixedPartOf(config) !== fixedPartOf(options.current)) {
          yield* Effect.logWarning("dialect, points and signing_keys count from the next start on", {
            file: options.path
          })
        }
      })
    ),
    Effect.as(true),
    Effect.catchTags({
      Failure: ({ message }) =>
        Effect.as(Effect.logError("the configuration stays as it was", { problems: message.split("\n") }), true),
      StoreUnavailable: ({ problem }) =>
        Effect.as(Effect.logError("the configuration cannot be taken over yet; trying again", { problem }), false)
    }),
    // Any other failure also leaves the configuration as it was.
    Effect.catchCause((cause) =>
      Cause.hasInterrupts(cause)
        ? Effect.failCause(cause)
        : Effect.as(Effect.logError("the configuration stays as it was", cause), true)
    )
  )

  return Effect.gen(function* () {
    let taken = options.version
    let seen = taken
    while (true) {
      // A signal or the end of the interval.
      yield* Effect.timeoutOption(asked.await, interval)
      const wasAsked = asked.isOpen()
      if (wasAsked) asked.closeUnsafe()
      const now = yield* versionOf(options.path)
      // A file that is being written changes again, so it is read when it was the same twice.
      if (wasAsked || (now !== taken && now === seen)) {
        taken = (yield* reload) ? now : "none"
      }
      seen = now
    }
  })
})
