/** A database of a file's own, at the Redis that all files of a run share: see tools/services.ts. */
import * as Effect from "effect/Effect"
import { urlOf } from "../../../tools/service.ts"
import { during } from "./During.ts"

const module = new URL("../../../tools/redis.ts", import.meta.url)

/** An empty database. Gives its URL. */
export const make = Effect.promise(() => urlOf(module))

/** A database for this file. */
export const ofThisFile = () => during(make)
