/**
 * Flags and arguments that must fit a schema, with the words of the schema where they do not.
 */
import * as SchemaProblems from "@le-auth/core/SchemaProblems"
import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"
import type * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** A port to listen on; 0 is any free one. */
export const Port = Schema.Int.check(
  Schema.isBetween({ minimum: 0, maximum: 65_535 }, { expected: "a port, from 0 to 65535" })
)

/** The methods of requests. */
export const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const

const checking = <A, B>(schema: Schema.ConstraintDecoder<B> & { readonly Encoded: A }) => {
  const decode = Schema.decodeUnknownResult(schema)
  return {
    value: (value: A): Option.Option<B> => Result.getSuccess(decode(value)) as Option.Option<B>,
    // A flag has a name already.
    words: (value: A): string =>
      Result.match(decode(value), {
        onFailure: ({ issue }) =>
          SchemaProblems.of(issue)
            .map((line) => line.replace(/^this: /, ""))
            .join("; "),
        onSuccess: () => ""
      })
  }
}

/** The value of a flag must fit a schema. */
export const flag = <A, B>(schema: Schema.ConstraintDecoder<B> & { readonly Encoded: A }) => {
  const { value, words } = checking<A, B>(schema)
  return (self: Flag.Flag<A>): Flag.Flag<B> => Flag.filterMap(self, value, words)
}

/** The same for an argument. */
export const argument = <A, B>(schema: Schema.ConstraintDecoder<B> & { readonly Encoded: A }) => {
  const { value, words } = checking<A, B>(schema)
  return (self: Argument.Argument<A>): Argument.Argument<B> => Argument.filterMap(self, value, words)
}
