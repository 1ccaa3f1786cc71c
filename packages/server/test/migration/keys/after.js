import { createLeAuth } from "@le-auth/server"

const auth = createLeAuth()

const users = "/api/account/{account}/configuration/le-users/users?v=6.0"
const response = await auth.callApiAsApp("accountConfigReadOnly", users)
if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
for (const user of await response.json()) console.log(user.id, user.loginName)

await auth.dispose()
