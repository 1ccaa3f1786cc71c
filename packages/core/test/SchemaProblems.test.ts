import { assert, describe, it } from "@effect/vitest"
import { AppInstallation } from "@le-auth/core/AppInstallations"
import { AuthorizeRequest } from "@le-auth/core/AuthorizeRequest"
import { UnverifiedClaims, VerifiedClaims } from "@le-auth/core/IdToken"
import { InvalidMembers } from "@le-auth/core/SchemaProblems"
import { Session, SessionKey } from "@le-auth/core/Session"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { inspect } from "node:util"

const installation = { accountId: "12345678", clientId: "c", clientSecret: Redacted.make("s"), redirectUris: [] }
const key = { accountId: "12345678", clientId: "c", subject: "agent" }

/** As JavaScript calls it: nothing has checked the types. */
const classes: Record<string, any> = {
  AppInstallation,
  AuthorizeRequest,
  SessionKey,
  Session,
  UnverifiedClaims,
  VerifiedClaims
}

const thrownBy = (run: () => unknown): InvalidMembers => {
  try {
    run()
  } catch (error) {
    assert(error instanceof InvalidMembers, inspect(error))
    return error
  }
  throw new Error("nothing was thrown")
}

describe("a public class that is given wrong members", () => {
  const cases: ReadonlyArray<readonly [string, object, string]> = [
    [
      "AppInstallation",
      { ...installation, accountId: "planted/" },
      "accountId: must be a LivePerson account id: 1 to 32 letters and digits"
    ],
    ["AppInstallation", { ...installation, clientId: "planted\n" }, "clientId: must be one or more printable ASCII"],
    [
      "AppInstallation",
      { ...installation, clientSecret: Redacted.make("planted\n") },
      "clientSecret.value: must be another value"
    ],
    [
      "AppInstallation",
      { ...installation, clientSecret: "planted" },
      "clientSecret: must be a Redacted, as Redacted.make gives it"
    ],
    [
      "AppInstallation",
      { ...installation, redirectUris: ["https://a.example/", "http://planted.example/callback"] },
      "redirectUris[1]: must be an https redirect URI, or http on this computer or a development host (RFC 9700 section 2.6)"
    ],
    [
      "AppInstallation",
      { ...installation, redirectUris: ["planted"] },
      "redirectUris[0]: must be an absolute http or https URI"
    ],
    ["AppInstallation", { accountId: "12345678" }, "clientId: is missing"],
    ["AuthorizeRequest", { accountId: "12345678", clientId: "c", codeChallenge: "planted" }, "codeChallenge: must be "],
    ["SessionKey", { ...key, instance: "planted/" }, "instance: must be 1 to 64 characters of base64url"],
    ["Session", { key: new SessionKey(key as any), accessToken: "planted" }, "accessToken: must be a Redacted"],
    ["UnverifiedClaims", { sub: 1 }, "sub: must be "],
    ["VerifiedClaims", { sub: 1 }, "sub: must be "]
  ]
  for (const [name, members, problem] of cases) {
    it(`${name} says ${problem}`, () => {
      for (const run of [() => new classes[name](members), () => classes[name].make(members)]) {
        const error = thrownBy(run)
        assert.strictEqual(error.of, name)
        assert.isTrue(
          error.problems.some((line) => line.startsWith(problem)),
          error.message
        )
        assert.include(error.message, `The members of ${name} have problems:\n  - `)
        assert.notInclude(inspect(error, { depth: 20, showHidden: true }), "planted")
      }
    })
  }

  it("names all of them, one on each line", () => {
    const { message } = thrownBy(
      () => new classes["AppInstallation"]({ ...installation, accountId: "/", redirectUris: ["/", "x"] })
    )
    const lines = message.split("\n")
    for (const path of ["accountId", "redirectUris[0]", "redirectUris[1]"]) {
      assert.isTrue(
        lines.some((line) => line.startsWith(`  - ${path}: `)),
        message
      )
    }
  })

  it("makes and decodes what is right as before", () => {
    const made = new AppInstallation(installation as any)
    assert.instanceOf(AppInstallation.make(installation as any), AppInstallation)
    assert.deepStrictEqual({ ...made }, { ...AppInstallation.make(installation as any) })
    const decoded = Schema.decodeUnknownSync(SessionKey)(key)
    assert.instanceOf(decoded, SessionKey)
    assert.strictEqual(decoded.toString(), "12345678/c/agent")
  })
})
