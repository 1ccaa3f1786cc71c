import { createLeAuth } from "@le-auth/server"

const auth = createLeAuth()
const path = "/api/account/{account}/configuration/le-users/users?v=6.0"
const answer = await auth.callApiAsApp("accountConfigReadOnly", path)
console.log(answer.status, await answer.json())
await auth.dispose()
