import { assert, describe, it } from "@effect/vitest"
import * as InstallationDocument from "@le-auth/core/InstallationDocument"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as FastCheck from "fast-check"
import * as Fs from "node:fs"

const { check } = InstallationDocument
const decode = Schema.decodeUnknownResult(InstallationDocument.InstallationDocument, { onExcessProperty: "error" })
const encode = Schema.encodeSync(InstallationDocument.InstallationDocument)

/** Nothing is wrong with it. */
const signIn = {
  client_name: "com.example.app",
  grant_types: ["authorization_code", "refresh_token"],
  redirect_uris: ["https://app.example.com/callback"]
}
const application = { client_name: "com.example.job", grant_types: ["client_credentials"], scope: "users.external" }

const found = (document: unknown) => check(document).map(({ field, rule }) => `${rule} ${field}`)
const with_ = (members: object) => found({ ...signIn, ...members })
const letters = (length: number) => "x".repeat(length)
const address = (length: number) => "https://app.example.com/".padEnd(length, "x")

/** LivePerson's, from the overview of its authorization API. */
const published = {
  client_name: "<YOURAPPNAME>",
  grant_types: ["authorization_code", "refresh_token"],
  redirect_uris: ["http://{YOURAPPLICATIONDOMAIN}/{CALLBACK_PATH}"]
}

const webhook = (members: object) => ({
  capabilities: {
    webhooks: { "ms.MessagingEventNotification.ContentEvent": { endpoint: "https://a.b/c", ...members } }
  }
})
const event = "capabilities.webhooks.ms.MessagingEventNotification.ContentEvent"

const engagement = {
  design_engagement: false,
  design_window: false,
  entry_point: ["section"],
  visitor_behavior: ["flow"],
  target_audience: ["ip"],
  goal: ["url"],
  consumer_identity: ["auth"],
  language_selection: false
}

const page = Fs.readFileSync(new URL("../../../docs/installation.md", import.meta.url), "utf8")

describe("docs/installation.md", () => {
  it("has examples in which nothing is found", () => {
    const examples = [...page.matchAll(/```json\n([^]*?)```/g)].map(([, json = ""]) => JSON.parse(json))
    assert.isAbove(examples.length, 2)
    for (const example of examples) {
      assert.deepStrictEqual(check(example), [])
      assert.deepStrictEqual(Result.getOrThrow(decode(example)) as object, example)
    }
  })

  it("has every rule with its severity, and every member with its limit", () => {
    const rules = [...page.matchAll(/^\| `(\w+)` \| (refused|needed|advice) \|/gm)].map(([, rule, severity]) => [
      rule,
      severity
    ])
    assert.deepStrictEqual(rules, Object.entries(InstallationDocument.rules))
    const { fields } = InstallationDocument.InstallationDocument.schema
    const rows = [...page.matchAll(/^\| `(\w+)` \|.*\| (\d+)?[^|]*\|$/gm)].filter(([, name = ""]) => name in fields)
    const members = rows.map(([, name, limit]) => [name, limit])
    const { max_retries: _, ...lengths } = InstallationDocument.limits
    const known: Readonly<Record<string, number>> = lengths
    const expected = Object.keys(fields).map((name) => [name, known[name]?.toString()])
    for (const member of expected) assert.deepInclude(members, member)
  })
})

describe("InstallationDocument", () => {
  it("K1: finds nothing in a document for users, in one for an application, and in one for both", () => {
    assert.deepStrictEqual(check(signIn), [])
    assert.deepStrictEqual(check(application), [])
    assert.deepStrictEqual(
      check({ ...signIn, grant_types: [...signIn.grant_types, "client_credentials"], scope: "msg.consumer" }),
      []
    )
  })

  it("takes LivePerson's own example, and says what is left of it", () => {
    assert.isTrue(Result.isSuccess(decode(published)))
    assert.deepStrictEqual(
      check(published).map(({ field, severity }) => [field, severity]),
      [
        ["client_name", "needed"],
        ["redirect_uris[0]", "needed"]
      ]
    )
    assert.deepStrictEqual(found({ ...published, client_name: "a", redirect_uris: ["http://app.example.com/c"] }), [
      "insecureRedirectUri redirect_uris[0]"
    ])
  })

  it.each([
    ["client_name", 128],
    ["client_name#de", 128],
    ["display_name", 128],
    ["display_name#pt-BR", 128],
    ["description", 256],
    ["description#de", 256],
    ["scope", 128]
  ] as const)("has the limit of %s", (member, limit) => {
    for (const length of [1, limit - 1, limit]) assert.deepStrictEqual(with_({ [member]: letters(length) }), [])
    for (const length of [limit + 1, 2048, 5000]) {
      assert.deepStrictEqual(with_({ [member]: letters(length) }), [`tooLong ${member}`])
    }
  })

  it.each([
    ["logo_uri", 1024],
    ["entry_uri", 1024]
  ] as const)("has the limit of %s", (member, limit) => {
    for (const length of [limit - 1, limit]) assert.deepStrictEqual(with_({ [member]: address(length) }), [])
    assert.deepStrictEqual(with_({ [member]: address(limit + 1), quick_launch_enabled: false }), [`tooLong ${member}`])
  })

  it("has the limit of each redirect URI, and none is missing because one is too long", () => {
    for (const length of [127, 128]) assert.deepStrictEqual(with_({ redirect_uris: [address(length)] }), [])
    for (const length of [129, 5000]) {
      assert.deepStrictEqual(with_({ redirect_uris: [address(50), address(length)] }), ["tooLong redirect_uris[1]"])
    }
  })

  it("has the limits of max_retries", () => {
    for (const max_retries of [0, 1, 4, 5]) assert.deepStrictEqual(with_(webhook({ max_retries })), [])
    for (const max_retries of [-1, 6, 1.5, "3", null]) {
      assert.deepStrictEqual(with_(webhook({ max_retries })), [`shape ${event}.max_retries`])
    }
  })

  it.each([
    [[], ["noGrantType grant_types"]],
    [undefined, ["noGrantType grant_types"]],
    [["authorization_code"], ["noRefreshToken grant_types"]],
    [["refresh_token"], ["noGrantType grant_types", "unusedRefreshToken grant_types"]],
    [["client_credentials"], ["noScope scope"]],
    [["authorization_code", "refresh_token"], []],
    [
      ["authorization_code", "client_credentials"],
      ["noRefreshToken grant_types", "noScope scope"]
    ],
    [
      ["refresh_token", "client_credentials"],
      ["noScope scope", "unusedRefreshToken grant_types"]
    ],
    [["authorization_code", "refresh_token", "client_credentials"], ["noScope scope"]]
  ])("K1: judges the grant types %j", (grant_types, expected) => {
    const signsIn = grant_types?.includes("authorization_code") ?? false
    const document = { client_name: "a", ...(grant_types === undefined ? {} : { grant_types }) }
    assert.deepStrictEqual(found(signsIn ? { ...document, redirect_uris: signIn.redirect_uris } : document), expected)
    const other = found(signsIn ? document : { ...document, redirect_uris: signIn.redirect_uris })
    assert.includeMembers(other, [signsIn ? "noRedirectUri redirect_uris" : "unusedRedirectUris redirect_uris"])
  })

  it.each([
    ["http://localhost:3000/callback", undefined],
    ["http://127.0.0.1/callback", undefined],
    ["http://[::1]:8080/callback", undefined],
    ["http://app.example.com/callback", "insecureRedirectUri"],
    ["http://localhost.example.com/callback", "insecureRedirectUri"],
    ["app.example.com/callback", "redirectUri"],
    ["https://app.example.com/callback#top", "redirectUri"],
    ["https://*.example.com/callback", "redirectUri"],
    ["https://user@app.example.com/callback", "redirectUri"],
    ["https://app.example.com/callback?state=1", "redirectUri"],
    ["myapp://callback", "redirectUri"],
    ["", "redirectUri"],
    ["https://{HOST}/callback", "placeholder"]
  ])("judges the redirect URI %s", (uri, rule) => {
    assert.deepStrictEqual(with_({ redirect_uris: [uri] }), rule === undefined ? [] : [`${rule} redirect_uris[0]`])
  })

  it.each([
    ["https://app.example.com/login", []],
    ["http://localhost:3000/login", []],
    ["http://app.example.com/login", ["entryUri entry_uri"]],
    ["/login", ["entryUri entry_uri"]],
    ["javascript:alert(1)", ["entryUri entry_uri"]],
    ["https://app.example.com/callback?from=menu", ["entryIsCallback entry_uri"]],
    ["https://{HOST}/login", ["placeholder entry_uri"]]
  ])("judges the entry URI %s", (entry_uri, expected) => {
    assert.deepStrictEqual(with_({ entry_uri }), expected)
  })

  it("judges what goes together", () => {
    assert.deepStrictEqual(found({ ...application, entry_uri: "https://a.b/login" }), ["entryWithoutSignIn entry_uri"])
    assert.deepStrictEqual(with_({ quick_launch_enabled: true }), ["quickLaunch quick_launch_enabled"])
    const menu = { quick_launch_enabled: true, entry_uri: "https://a.b/login", enabled_for_profiles: [1] }
    assert.deepStrictEqual(with_(menu), [])
    assert.deepStrictEqual(with_({ response_types: ["code"] }), [])
    assert.deepStrictEqual(with_({ response_types: ["code", "id_token token"] }), ["implicit response_types"])
    assert.deepStrictEqual(with_({ response_types: ["token"] }), ["noCode response_types", "implicit response_types"])
    assert.deepStrictEqual(with_({ enabled: false }), ["disabled enabled"])
    assert.deepStrictEqual(with_({ logo_uri: "http://a.b/logo.png" }), ["logo logo_uri"])
    assert.deepStrictEqual(with_({ redirect_uris: ["https://a.b/c", "https://a.b/c"] }), ["repeated redirect_uris"])
    for (const scope of ["a,b ", "a  b", '"a"']) {
      assert.deepStrictEqual(found({ ...application, scope }), ["scope scope"])
    }
  })

  it("K2: judges webhooks and engagement", () => {
    assert.deepStrictEqual(with_(webhook({ headers: [{ header_name: "A", header_value: "B" }] })), [])
    for (const endpoint of ["http://a.b/c", "http://localhost:3000/c", "a.b/c"]) {
      assert.deepStrictEqual(with_(webhook({ endpoint })), [`webhookEndpoint ${event}.endpoint`])
    }
    assert.deepStrictEqual(with_(webhook({ headers: [{ header_name: "A" }] })), [
      `shape ${event}.headers[0].header_value`
    ])
    assert.deepStrictEqual(with_({ capabilities: { webhooks: { "ms.Other": { endpoint: "https://a.b/c" } } } }), [
      "unknownEvent capabilities.webhooks.ms.Other"
    ])
    assert.deepStrictEqual(with_({ capabilities: { engagement } }), [])
    const { goal: _, ...incomplete } = engagement
    assert.deepStrictEqual(with_({ capabilities: { engagement: incomplete } }), ["engagement capabilities.engagement"])
  })

  it("keeps names for a language, and refuses other words behind the hash", () => {
    const document = { ...signIn, "client_name#de": "b", "display_name#fr-CA": "c", "description#zh-Hant-TW": "d" }
    assert.deepStrictEqual(Result.getOrThrow(decode(document)) as object, document)
    assert.deepStrictEqual(check(document), [])
    for (const member of ["client_name#", "display_name#deutsch sprache", "description#d"]) {
      assert.deepStrictEqual(with_({ [member]: "x" }), [`language ${member}`])
    }
    assert.deepStrictEqual(with_({ "client_name#de": "" }), ["shape client_name#de"])
  })

  it("names each member that the guide does not have, and a secret without its value", () => {
    const [first] = check({ ...signIn, redirect_uri: "https://a.b/c" })
    assert.deepStrictEqual([first?.rule, first?.field], ["unknownMember", "redirect_uri"])
    assert.include(first?.problem, "redirect_uris")
    assert.deepStrictEqual(with_({ capabilities: { webhook: {} } }), ["unknownMember capabilities.webhook"])
    assert.deepStrictEqual(with_({ "grant_types#de": [] }), ["unknownMember grant_types#de"])
    const secret = check({ ...signIn, client_secret: "h1dden" })
    assert.deepStrictEqual(
      secret.map(({ rule }) => rule),
      ["credentials"]
    )
    assert.notInclude(JSON.stringify(secret), "h1dden")
  })

  it("finds everything at once, the worst first, also where types are wrong", () => {
    assert.deepStrictEqual(
      found({
        display_name: 1,
        grant_types: ["authorization_code", "password"],
        redirect_uris: "https://a.b/c",
        entry_uri: "/",
        nmae: "x"
      }),
      [
        "shape client_name",
        "shape display_name",
        "shape grant_types[1]",
        "shape redirect_uris",
        "entryUri entry_uri",
        "unknownMember nmae"
      ]
    )
    for (const wrong of [null, undefined, 1, "{}", [], [signIn], true]) assert.deepStrictEqual(found(wrong), ["shape "])
  })

  it("says of a value of another type which one it must have, and of a long one how long it may be", () => {
    const problemOf = (members: object) => check({ ...signIn, ...members })[0]?.problem
    for (const [members, problem] of [
      [{ description: {} }, "It must be a text of at most 256 characters."],
      [{ scope: ["msg.consumer"] }, "It must be a text of at most 2048 characters."],
      [{ grant_types: "client_credentials" }, "It must be a list of at most 16 entries."],
      [{ grant_types: Array(17).fill("client_credentials") }, "It must be at most 16 entries."]
    ] as const) {
      assert.strictEqual(problemOf(members), problem)
    }
  })

  it("stays short and quick for a document that is huge", () => {
    const members = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`member${index}`, index]))
    assert.lengthOf(check({ ...signIn, ...members }), 100)
    assert.lengthOf(check({ ...signIn, redirect_uris: Array.from({ length: 20_000 }, () => "x") }), 1)
    assert.lengthOf(check({ ...signIn, redirect_uris: Array.from({ length: 1000 }, (_, at) => `${at}`) }), 100)
  })

  it("gives each finding a problem, a remedy and its rule's severity", () => {
    for (const document of [{}, published, { ...signIn, scope: letters(129), x: 1 }]) {
      for (const { problem, remedy, rule, severity } of check(document)) {
        assert.strictEqual(severity, InstallationDocument.rules[rule])
        assert.match(problem, /^[A-Z].*[.?]$/s)
        assert.match(remedy, /^[A-Z].*[.]$/s)
      }
    }
  })

  it("writes back what it has taken, equal", () => {
    const text = FastCheck.string({ minLength: 1, maxLength: 128 })
    const document = FastCheck.record(
      {
        client_name: text,
        display_name: text,
        description: text,
        "client_name#de": text,
        "description#fr": text,
        grant_types: FastCheck.array(
          FastCheck.constantFrom("authorization_code", "refresh_token", "client_credentials"),
          { maxLength: 4 }
        ),
        redirect_uris: FastCheck.array(text, { maxLength: 4 }),
        response_types: FastCheck.array(FastCheck.constantFrom("code", "token", "id_token", "id_token token"), {
          maxLength: 4
        }),
        scope: text,
        logo_uri: text,
        entry_uri: text,
        quick_launch_enabled: FastCheck.boolean(),
        enabled: FastCheck.boolean(),
        enabled_for_profiles: FastCheck.array(FastCheck.integer(), { maxLength: 4 }),
        capabilities: FastCheck.record(
          {
            webhooks: FastCheck.dictionary(
              FastCheck.string({ maxLength: 20 }).filter((name) => name !== "__proto__"),
              FastCheck.record(
                {
                  endpoint: text,
                  max_retries: FastCheck.integer({ min: 0, max: 5 }),
                  headers: FastCheck.array(FastCheck.record({ header_name: text, header_value: text }), {
                    maxLength: 3
                  })
                },
                { requiredKeys: ["endpoint"] }
              ),
              { maxKeys: 4 }
            ),
            engagement: FastCheck.constantFrom({}, engagement, { goal: "url" })
          },
          { requiredKeys: [] }
        )
      },
      { requiredKeys: ["client_name"] }
    )
    FastCheck.assert(
      FastCheck.property(document, (given) => {
        const plain = JSON.parse(JSON.stringify(given)) as object
        const decoded = decode(plain)
        if (Result.isSuccess(decoded)) assert.deepStrictEqual(encode(decoded.success) as object, plain)
        else assert.isTrue(/\0/.test(JSON.stringify(Object.values(given))) || check(plain).length > 0)
      })
    )
  })

  it("throws for nothing", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.anything({ withObjectString: true }), FastCheck.jsonValue(), (some, json) => {
        check(some)
        check(json)
        check({ ...signIn, capabilities: json, grant_types: some })
      })
    )
  })
})
