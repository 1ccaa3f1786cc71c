/**
 * Writes a first configuration file.
 */
import * as NodeCrypto from "@le-auth/node/NodeCrypto"
import * as SentinelFile from "@le-auth/sentinel/SentinelFile"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Base64Url from "effect/encoding/Base64Url"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import { failed, Failure } from "../../../terminal/Failure.ts"
import * as Output from "../../../terminal/Output.ts"
import { join, text } from "../../../terminal/TerminalText.ts"
import * as ConfigFile from "../start/ConfigFile.ts"

export interface Options {
  readonly file: string
  readonly force: boolean
}

const contents = (parts: {
  readonly schema: string
  readonly clientId: string
  readonly clientSecret: string
  readonly passwords: readonly [string, string]
}): string => `{
  // The accounts, users and applications of your Sentinel. Start it with this file:
  //   le-auth sentinel start --config FILE
  // It watches the file and takes changes over while it runs. There are secrets in it: keep it out of version control.
  "$schema": "./${parts.schema}",

  "accounts": [
    {
      // The account id that applications have in LE_AUTH_ACCOUNT_ID: 1 to 32 letters and digits.
      "id": "12345678",
      "name": "Example Brand",

      // Services of the Domain API that are elsewhere than this Sentinel, and what it answers in place of others.
      // "services": { "msgHist": "localhost:7000" },
      // "stubs": {
      //   "faasGW": [
      //     { "route": "POST /api/account/{account}/lambdas/{id}/invocation", "token": "user", "json": {} }
      //   ]
      // },

      "users": [
        {
          // Becomes sub of the id_token. LivePerson's have ten digits.
          "id": "3552833710",
          // The name that the user types on the login page.
          "email": "agent@example.com",
          "password": "${parts.passwords[0]}",
          "name": "Alex Agent"
        },
        {
          "id": "3552833711",
          "email": "admin@example.com",
          "password": "${parts.passwords[1]}",
          "name": "Ada Admin",
          "is_admin": true
          // With "enabled": false the user stays here and cannot sign in.
        }
      ],

      "installations": [
        {
          // LE_AUTH_CLIENT_ID and LE_AUTH_CLIENT_SECRET of the application.
          "client_id": "${parts.clientId}",
          "client_secret": "${parts.clientSecret}",
          "client_name": "Example application",
          // A program without a user has ["client_credentials"], no redirect URI, and a "scope", such as "users.external".
          "grant_types": ["authorization_code", "refresh_token"],
          // Compared character by character. http is for this computer only; with 127.0.0.1 any port matches.
          "redirect_uris": ["http://localhost:3000/callback", "http://localhost:3000/auth/callback"]
        }
      ]
    }
  ],

  // How this Sentinel speaks where LivePerson's documentation is silent or has changed: "liveperson", or "rfc", which
  // refuses what RFC 6749 and RFC 9700 forbid. Points differ from it.
  "dialect": "liveperson",
  "points": {
    // "expiresIn": "string",
    // "issuer": "Sentinel",
    // "codeLifetime": "60 seconds",
    // "accessTokenLifetime": "8 hours"
  }
}
`

const cannotWrite = (path: string) => new Failure({ text: text`The file ${path} cannot be written.`, code: "storage" })

export const run = Effect.fnUntraced(function* ({ file, force }: Options) {
  const files = yield* FileSystem.FileSystem
  const paths = yield* Path.Path
  const random = yield* SecureRandom.SecureRandom
  const secret = (bytes: number) => Effect.map(random.randomBytes(bytes), Base64Url.encode)

  const schema = `${paths.basename(file, paths.extname(file))}.schema.json`
  const schemaFile = paths.join(paths.dirname(file), schema)
  const written = contents({
    schema,
    clientId: yield* random.uuidV4(),
    clientSecret: yield* secret(32),
    passwords: [yield* secret(9), yield* secret(9)]
  })
  // The written file must be readable.
  yield* ConfigFile.parse(file, written)

  const write = (path: string, content: string, mode: number) =>
    files
      .writeFileString(path, content, { flag: force ? "w" : "wx", mode })
      .pipe(
        Effect.mapError(({ reason }) =>
          reason._tag === "AlreadyExists"
            ? failed(text`The file ${path} exists already. To replace it, add --force.`)
            : cannotWrite(path)
        )
      )
  // Its passwords are for its owner only.
  yield* write(file, written, 0o600)
  yield* Effect.mapError(
    files.writeFileString(schemaFile, `${JSON.stringify(SentinelFile.jsonSchema(), null, 2)}\n`),
    () => cannotWrite(schemaFile)
  )
  yield* Output.done(
    { file, schema: schemaFile },
    join("\n", [
      text`Wrote ${file}, with new passwords and a new client secret, and ${schemaFile} for your editor.`,
      text`Start it with: le-auth sentinel start --config ${file}`
    ])
  )
}, Effect.provide(NodeCrypto.layerServer))
