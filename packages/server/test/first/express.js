import { createLeAuth } from "@le-auth/server"
import express from "express"

const auth = createLeAuth()
const app = express()
app.use(auth.nodeHandler)

app.get("/", async (request, response) => {
  const user = await auth.session(request)
  if (!user.signedIn) return response.redirect(auth.loginPath({ returnTo: "/" }))
  const path = `/api/account/{account}/configuration/le-users/users/${user.subject}?v=6.0`
  const answer = await auth.callApi(request, "accountConfigReadOnly", path)
  response.json(await answer.json())
})

app.listen(process.env.PORT ?? 3000)
