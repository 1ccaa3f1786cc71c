import type { ControlApi } from "@le-auth/sentinel/ControlApi"
import type * as ControlError from "@le-auth/sentinel/ControlError"
import type * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import type * as Schema from "effect/Schema"
import { describe, expectTypeOf, it } from "vitest"
import type * as Emulator from "../src/index.ts"

type Groups = (typeof ControlApi)["groups"]
type Group = keyof Groups
type Endpoints<Of extends Group> = Groups[Of]["endpoints"]

/** What is sent as JSON, and what of a path or a query is a text there. */
type Sent<S> =
  S extends Schema.toCodecJson<infer Inner>
    ? Inner["Encoded"]
    : S extends Schema.toCodecStringTree<infer Inner>
      ? Inner["Encoded"]
      : S extends { readonly Encoded: infer Encoded }
        ? Encoded
        : never

type Part<S> = [S] extends [never] ? unknown : Sent<S>

/** A query has texts alone, and a caller gives numbers and truths. */
type Asked<S> = [S] extends [never] ? unknown : { readonly [Name in keyof Sent<S>]: Sent<S>[Name] | number | boolean }

/** What a call of an endpoint takes: the parameters of the path and the query, and the members of the body. */
type Input<Endpoint> = Endpoint extends {
  readonly "~Params": infer Params
  readonly "~Query": infer Query
  readonly "~Payload": infer Payload
}
  ? Part<Params> & Asked<Query> & Part<Payload>
  : never

type Output<Endpoint> = Endpoint extends { readonly "~Success": infer Success } ? Sent<Success> : never

/** The plain functions by the names of the endpoints. */
type Calls<Of extends Group> = Of extends keyof Emulator.SentinelControl ? Emulator.SentinelControl[Of] : never
type Call<Of extends Group, Name> = Name extends keyof Calls<Of> ? Calls<Of>[Name] : never

/** What a plain function takes that its endpoint does not. */
type WrongInput<Of extends Group> = {
  [Name in keyof Endpoints<Of>]: Call<Of, Name> extends (input: infer Given) => unknown
    ? unknown extends Given
      ? never
      : NonNullable<Given> extends Input<Endpoints<Of>[Name]>
        ? never
        : `${Of}.${Name & string}`
    : `${Of}.${Name & string}`
}[keyof Endpoints<Of>]

/** What an endpoint answers that its plain function does not. */
type WrongOutput<Of extends Group> = {
  [Name in keyof Endpoints<Of>]: Call<Of, Name> extends (...input: never) => Promise<infer Answer>
    ? Output<Endpoints<Of>[Name]> extends Answer
      ? never
      : `${Of}.${Name & string}`
    : `${Of}.${Name & string}`
}[keyof Endpoints<Of>]

type Additional<Of extends Group> = Exclude<keyof Calls<Of>, keyof Endpoints<Of>>

describe("the plain interfaces", () => {
  it("have each endpoint of the control, and no other", () => {
    expectTypeOf<Exclude<keyof Emulator.SentinelControl, "url">>().toEqualTypeOf<Group>()
    expectTypeOf<{ [Of in Group]: Additional<Of> }[Group]>().toEqualTypeOf<never>()
  })

  it("have what each endpoint takes; a snapshot is put back as it was taken", () => {
    expectTypeOf<{ [Of in Group]: WrongInput<Of> }[Group]>().toEqualTypeOf<"state.put">()
  })

  it("have what each endpoint answers; the journal is followed as it comes", () => {
    expectTypeOf<{ [Of in Group]: WrongOutput<Of> }[Group]>().toEqualTypeOf<"journal.follow">()
  })

  it("have what a configuration may have", () => {
    type Encoded = (typeof SentinelConfig.SentinelConfig)["Encoded"]
    expectTypeOf<Emulator.SentinelConfig>().toExtend<Encoded>()
    expectTypeOf<Encoded>().toExtend<Emulator.SentinelConfig>()
    expectTypeOf<keyof Emulator.Points>().toEqualTypeOf<keyof NonNullable<Encoded["points"]>>()
  })

  it("have a code for each error of the control", () => {
    type Tag = InstanceType<(typeof ControlError)[keyof typeof ControlError]>["_tag"]
    expectTypeOf<Tag>().toExtend<Emulator.EmulatorErrorCode>()
  })
})
