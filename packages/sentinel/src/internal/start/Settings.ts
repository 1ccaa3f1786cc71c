/** The settings of an application, `LE_AUTH_*`, as texts to copy. */
import type { InstallationSettings } from "../../DirectoryEditor.ts"

/** A form in which settings are written down. */
export interface Copy {
  readonly name: string
  /** Where it is right. */
  readonly note?: string
  readonly text: string
}

type Variables = ReadonlyArray<readonly [name: string, value: string]>

/** In single quotes a shell changes nothing. */
const inShell = (value: string): string =>
  /^[\w./:@-]+$/.test(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`

/** Programs that read such files change nothing in single quotes, and have no way to write a quote between them. */
const inFile = (value: string): string =>
  /^[\w./:@-]+$/.test(value) ? value : value.includes("'") ? JSON.stringify(value) : `'${value}'`

/** A text of YAML, in which Compose fills in what follows a dollar sign. */
const inCompose = (value: string): string => JSON.stringify(value).replaceAll("$", "$$$$")

/** Where Sentinel is a service of the same file. */
const service = "sentinel"

/** The settings for a program on this computer: shell and file; and for one beside Sentinel in a file of Compose. */
export const copies = (
  { client_id, grant_types, redirect_uris }: InstallationSettings,
  options: { readonly accountId: string; readonly origin: string; readonly secret: string | undefined }
): ReadonlyArray<Copy> => {
  const { accountId, origin, secret } = options
  const url = new URL(origin)
  const [redirectUri] = grant_types.includes("authorization_code") ? redirect_uris : []
  const own: Variables = [
    ["LE_AUTH_ACCOUNT_ID", accountId],
    ["LE_AUTH_CLIENT_ID", client_id],
    ["LE_AUTH_CLIENT_SECRET", secret ?? "the-secret-of-the-installation"],
    ...(redirectUri === undefined ? [] : [["LE_AUTH_REDIRECT_URI", redirectUri] as const])
  ]
  const here: Variables = [...own, ["LE_AUTH_DOMAIN_API", origin]]
  const isPlain = url.protocol === "http:"
  const beside: Variables = [
    ...own,
    ["LE_AUTH_DOMAIN_API", `${url.protocol}//${service}${url.port === "" ? "" : `:${url.port}`}`],
    ...(isPlain ? [["LE_AUTH_DEVELOPMENT_HOSTS", service] as const] : []),
    ...(redirectUri === undefined ? [] : [["LE_AUTH_AUTHORIZE_ORIGIN", origin] as const])
  ]
  return [
    { name: "shell", text: here.map(([name, value]) => `export ${name}=${inShell(value)}`).join("\n") },
    { name: ".env", text: here.map(([name, value]) => `${name}=${inFile(value)}`).join("\n") },
    {
      name: "compose",
      note: "For a program beside Sentinel in one file, where Sentinel is the service sentinel and has --host-name sentinel.",
      text: ["    environment:", ...beside.map(([name, value]) => `      ${name}: ${inCompose(value)}`)].join("\n")
    }
  ]
}
