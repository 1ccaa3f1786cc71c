/** `/control/accounts`: accounts, users and installations. */
import { AccountId } from "@le-auth/core/Identifiers"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { InstallationSettings, UserSettings } from "../directory/directoryDump.ts"
import * as SentinelConfig from "../../SentinelConfig.ts"
import { InvalidChange, NotThere, StoreUnavailable } from "../../ControlError.ts"

const optional = Schema.optionalKey
const account = { accountId: AccountId }
const user = { ...account, userId: Schema.NonEmptyString }
const installation = { ...account, clientId: Schema.NonEmptyString }
const success = HttpApiSchema.NoContent
const error = [InvalidChange, NotThere, StoreUnavailable]

const { client_id: _, ...installed } = SentinelConfig.Installation.schema.fields

const keep_sessions = optional(
  Schema.Boolean.annotate({
    description:
      "Keep sessions and tokens, which else end with another password, e-mail address or secret. They end in any case for what is disabled."
  })
)

/** What can be changed about a user. What is left out stays as it is. */
export const UserChanges = Schema.Struct({
  email: optional(SentinelConfig.User.fields.email),
  password: optional(SentinelConfig.Password),
  name: SentinelConfig.User.fields.name,
  is_admin: optional(Schema.Boolean),
  is_lpa: optional(Schema.Boolean),
  enabled: optional(Schema.Boolean),
  keep_sessions
})

/** What can be changed about an installation. What is left out stays as it is. */
export const InstallationChanges = Schema.StructWithRest(
  Schema.Struct({
    ...installed,
    client_name: optional(installed.client_name),
    grant_types: optional(installed.grant_types),
    redirect_uris: optional(SentinelConfig.RegisteredUris),
    enabled: optional(Schema.Boolean),
    keep_sessions
  }),
  SentinelConfig.Installation.records
)

const AccountSettings = Schema.Struct({
  id: AccountId,
  name: SentinelConfig.Account.fields.name,
  services: SentinelConfig.Account.fields.services,
  stubs: SentinelConfig.Account.fields.stubs,
  users: Schema.Array(UserSettings),
  installations: Schema.Array(InstallationSettings)
})

const Account = SentinelConfig.Account.annotate({ identifier: "Account" })
const User = SentinelConfig.User.annotate({ identifier: "User" })
const Installation = SentinelConfig.Installation.annotate({ identifier: "Installation" })

const title = (title: string, description?: string) =>
  OpenApi.annotations({ title, ...(description === undefined ? {} : { description }) })

/** Accounts, users and installations, and another configuration in place of all of them. */
export class AccountsGroup extends HttpApiGroup.make("accounts").add(
  HttpApiEndpoint.get("list", "/control/accounts", { success: Schema.Array(AccountSettings) }).annotateMerge(
    title("All accounts, with users and installations, without passwords and client secrets")
  ),
  HttpApiEndpoint.post("addAccount", "/control/accounts", {
    payload: Account,
    success,
    error
  }).annotateMerge(title("Add an account")),
  HttpApiEndpoint.delete("removeAccount", "/control/accounts/:accountId", {
    params: account,
    success,
    error
  }).annotateMerge(title("Remove an account")),
  HttpApiEndpoint.put("replace", "/control/configuration", {
    payload: SentinelConfig.SentinelConfig,
    success,
    error: [InvalidChange, StoreUnavailable]
  }).annotateMerge(
    title("Replace the configuration", "Sessions and tokens of users and applications that are in both stay.")
  ),
  HttpApiEndpoint.post("addUser", "/control/accounts/:accountId/users", {
    params: account,
    payload: User,
    success,
    error
  }).annotateMerge(title("Add a user")),
  HttpApiEndpoint.patch("changeUser", "/control/accounts/:accountId/users/:userId", {
    params: user,
    payload: UserChanges,
    success,
    error
  }).annotateMerge(title("Change, disable or enable a user")),
  HttpApiEndpoint.delete("removeUser", "/control/accounts/:accountId/users/:userId", {
    params: user,
    success,
    error
  }).annotateMerge(title("Remove a user")),
  HttpApiEndpoint.post("endUserSessions", "/control/accounts/:accountId/users/:userId/sign-out", {
    params: user,
    success,
    error: StoreUnavailable
  }).annotateMerge(title("End all sessions of a user", "All tokens that came from them also end.")),
  HttpApiEndpoint.post("addInstallation", "/control/accounts/:accountId/installations", {
    params: account,
    payload: Installation,
    success,
    error
  }).annotateMerge(title("Install an application")),
  HttpApiEndpoint.patch("changeInstallation", "/control/accounts/:accountId/installations/:clientId", {
    params: installation,
    payload: InstallationChanges,
    success,
    error
  }).annotateMerge(title("Change, disable or enable an application")),
  HttpApiEndpoint.delete("removeInstallation", "/control/accounts/:accountId/installations/:clientId", {
    params: installation,
    success,
    error
  }).annotateMerge(title("Uninstall an application"))
) {}
