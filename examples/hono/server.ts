import { isLeAuthError } from "@le-auth/server"
import { serve } from "@hono/node-server"
import { Hono } from "hono"
import { auth } from "./auth.ts"
import { page } from "./page.ts"

const app = new Hono()

app.all("/auth/*", (context) => auth.handler(context.req.raw))

app.get("/", async (context) => context.html(page(await auth.session(context.req.raw))))

app.get("/api/me", async (context) => context.json(await auth.session(context.req.raw)))

app.get("/api/users", (context) =>
  auth.callApi(context.req.raw, "accountConfigReadOnly", "/api/account/{account}/configuration/le-users/users?v=6.0")
)

app.post("/api/search", async (context) =>
  auth.callApi(context.req.raw, "msgHist", "/messaging_history/api/account/{account}/conversations/search", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(await context.req.json())
  })
)

// Such as `NotSignedIn`, which is a 401.
app.onError((error) => {
  if (!isLeAuthError(error)) throw error
  return Response.json({ error: error._tag, message: error.message }, { status: error.status })
})

await auth.ready
serve({ fetch: app.fetch, port: Number(process.env["PORT"] ?? 3000) })
