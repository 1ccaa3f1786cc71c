/** Classes whose constructors name the wrong member, where the schema library says only that validation failed. */
import type * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaProblems from "../SchemaProblems.ts"

interface Class {
  new (...args: Array<any>): object
  readonly identifier: string
  readonly make: (input: any, options?: Schema.MakeOptions) => object
}

const issueIn = (error: unknown): SchemaIssue.Issue | undefined => {
  const { cause } = error as { readonly cause?: unknown }
  return SchemaIssue.isIssue(cause) ? cause : undefined
}

/** A class as `Schema.Class` makes it, but for the error that its constructor and its `make` throw. */
export const explaining = <C extends Class>(Base: C): C => {
  const explain = (error: unknown, input: unknown): unknown => {
    let issue = issueIn(error)
    if (issue === undefined) return error
    try {
      Base.make(input, { parseOptions: { errors: "all" } })
    } catch (all) {
      issue = issueIn(all) ?? issue
    }
    // Without the package. The error of the library is left out: what it holds may be shown with the input.
    const name = Base.identifier.slice(Base.identifier.lastIndexOf("/") + 1)
    return new SchemaProblems.InvalidMembers({ of: name, problems: SchemaProblems.of(issue) })
  }
  class Explaining extends Base {
    constructor(...args: Array<any>) {
      try {
        super(...args)
      } catch (error) {
        throw explain(error, args[0])
      }
    }
    static override make(input: any, options?: Schema.MakeOptions): any {
      try {
        return super.make(input, options)
      } catch (error) {
        throw explain(error, input)
      }
    }
  }
  return Explaining
}
