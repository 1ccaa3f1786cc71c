/**
 * `le-auth api`
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { appFlag, targetFlags, worksFor } from "../../target/TargetFlags.ts"
import * as Checked from "../../terminal/Checked.ts"
import * as Load from "../Load.ts"

const users = "/api/account/{account}/configuration/le-users/users"

const flags = {
  ...targetFlags,
  ...appFlag,
  service: Argument.String("service").pipe(
    Argument.withDescription("A service of the Domain API, such as accountConfigReadOnly; see le-auth domains")
  ),
  path: Argument.String("path").pipe(
    Argument.withDescription("The path after the host, with its slash; {account} and {user} are those of the session")
  ),
  method: Flag.Literals("method", Checked.methods).pipe(
    Flag.withAlias("X"),
    Flag.optional,
    Flag.withDescription("The method (default: GET, and POST if there is a body)")
  ),
  rawFields: Flag.String("raw-field").pipe(
    Flag.withAlias("f"),
    Flag.atLeast(0),
    Flag.withMetavar("name=text"),
    Flag.withDescription("A text in the JSON body, or with GET in the query; repeatable")
  ),
  fields: Flag.String("field").pipe(
    Flag.withAlias("F"),
    Flag.atLeast(0),
    Flag.withMetavar("name=value"),
    Flag.withDescription(
      "The same, but numbers, true, false and null are those of JSON, and @file is the content of a file; repeatable"
    )
  ),
  headers: Flag.String("header").pipe(
    Flag.withAlias("H"),
    Flag.atLeast(0),
    Flag.withMetavar("name:value"),
    Flag.withDescription("Another header; repeatable")
  ),
  input: Flag.String("input").pipe(
    Flag.optional,
    Flag.withMetavar("file"),
    Flag.withDescription("The body, as JSON unless a header says otherwise; - for stdin")
  ),
  scheme: Flag.Literals("scheme", ["Bearer", "none"]).pipe(
    Flag.optional,
    Flag.withDescription(
      "With --app: what stands before the token in the header; some services take it without a word (default: Bearer)"
    )
  ),
  include: Flag.Boolean("include").pipe(
    Flag.withAlias("i"),
    Flag.withDefault(false),
    Flag.withoutNegation,
    Flag.withDescription("Also show status and headers of the answer")
  )
}

export const command = Command.make(
  "api",
  flags,
  Load.run(() => import("./run.ts"))
).pipe(
  Command.withDescription(
    "Call an API of LivePerson with the access token, which is refreshed when it is due, and once more after a 401. It is sent " +
      "to the service's own host and nowhere else; redirects are not followed. The answer is printed as it came, on a " +
      "terminal in lines. Exit codes: 3 for 401, 4 for 403, 6 for 429 and 5xx, 1 for other refusals. " +
      worksFor.both
  ),
  Command.withShortDescription("Call an API with the access token"),
  Command.withExamples([
    {
      command: `le-auth api accountConfigReadOnly '${users}/{user}?v=6.0'`,
      description: "The record of the user who is signed in"
    },
    {
      command: `le-auth api accountConfigReadOnly '${users}' -X GET -f v=6.0`,
      description: "All users, with a query"
    },
    {
      command: `le-auth api accountConfigReadWrite '${users}?v=6.0' -X POST --input user.json -H 'If-Match: -1'`,
      description: "Send a file"
    },
    {
      command: `le-auth api accountConfigReadOnly '${users}/{user}?v=6.0' --json | jq .body.email`,
      description: "In a script"
    },
    {
      command: `le-auth api --app accountConfigReadOnly '${users}?v=6.0'`,
      description: "All users, asked for by the application itself"
    }
  ])
)
