/**
 * Flags and arguments that have to fit a schema, with words of ours where they do not.
 *
 * @since 0.1.0
 */
import * as SchemaProblems from "@le-auth/core/SchemaProblems"
import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"
import type * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

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

/**
 * The value of a flag has to fit a schema.
 *
 * @since 0.1.0
 */
export const flag = <A, B>(schema: Schema.ConstraintDecoder<B> & { readonly Encoded: A }) => {
  const { value, words } = checking<A, B>(schema)
  return (self: Flag.Flag<A>): Flag.Flag<B> => Flag.filterMap(self, value, words)
}

/**
 * The same of an argument.
 *
 * @since 0.1.0
 */
export const argument = <A, B>(schema: Schema.ConstraintDecoder<B> & { readonly Encoded: A }) => {
  const { value, words } = checking<A, B>(schema)
  return (self: Argument.Argument<A>): Argument.Argument<B> => Argument.filterMap(self, value, words)
}
