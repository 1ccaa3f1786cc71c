/** Answers of a token endpoint that are not planned: almost right, quite wrong, and anything in between. */
import * as Schema from "effect/Schema"

const text = Schema.Union([
  Schema.String,
  Schema.Literals(["planted-new-token", "", " ", "\u0000", "bearer", "Bearer", "invalid_grant", "3600", "-1", "1e999"])
])
const anything = Schema.Union([text, Schema.Number, Schema.Boolean, Schema.Null, Schema.Array(text)])
const member = Schema.optionalKey(anything)

const wild = Schema.Struct({
  status: Schema.Literals([200, 201, 204, 301, 302, 307, 400, 401, 403, 404, 429, 500, 503]),
  contentType: Schema.Literals(["application/json", "application/json; charset=utf-8", "text/html", "x", ""]),
  retryAfter: Schema.optionalKey(Schema.Literals(["1", "-1", "soon", "999999999999", ""])),
  body: Schema.Union([
    Schema.Struct({
      access_token: member,
      token_type: member,
      refresh_token: member,
      expires_in: member,
      id_token: member,
      error: member,
      error_description: member
    }),
    anything
  ]),
  /** Without its quotes, or cut off. */
  broken: Schema.Literals(["no", "plain", "cut"])
})

/** What a server would really send, with members that are anything. */
const tokens = Schema.Struct({
  status: Schema.Literal(200),
  contentType: Schema.Literal("application/json"),
  body: Schema.Struct({
    access_token: Schema.Literal("planted-new-token"),
    token_type: Schema.Literals(["Bearer", "bearer", "BEARER", "mac"]),
    refresh_token: Schema.optionalKey(Schema.Union([Schema.Literal("planted-rotated-token"), anything])),
    expires_in: Schema.optionalKey(
      Schema.Union([Schema.Literals([0, 1, 0.001, 600, "600", 28_800, 1e300, 1e308, "999999999999999"]), anything])
    ),
    x: member
  })
})

const errors = Schema.Struct({
  status: Schema.Literals([400, 401, 200, 500]),
  contentType: Schema.Literal("application/json"),
  body: Schema.Struct({
    error: Schema.Literals(["invalid_grant", "invalid_client", "temporarily_unavailable"]),
    error_description: member
  })
})

/** An answer: what is in it, and how it is sent. */
export const AnyAnswer = Schema.Union([wild, tokens, errors])
export type AnyAnswer = typeof AnyAnswer.Type

export const responseOf = (answer: AnyAnswer): Response => {
  const { body, contentType, status } = answer
  const { broken = "no", retryAfter = undefined } = "broken" in answer ? answer : {}
  const json = JSON.stringify(body)
  const sent = { no: json, plain: json.replaceAll('"', ""), cut: json.slice(0, -1) }[broken]
  return new Response(status === 204 ? null : sent, {
    status,
    headers: {
      ...(contentType === "" ? {} : { "content-type": contentType }),
      ...(retryAfter === undefined ? {} : { "retry-after": retryAfter })
    }
  })
}
