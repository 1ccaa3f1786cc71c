import { once } from "node:events"
import { createServer } from "node:http"

/** A program under test: two routes, on a free port, with the settings that it is given. */
export const startProgram = async (env) => {
  const sentinel = `${env.LE_AUTH_DOMAIN_API}/sentinel/api/account/${env.LE_AUTH_ACCOUNT_ID}`
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, url)
    if (pathname === "/login") {
      const query = new URLSearchParams({
        v: "1.0",
        response_type: "code",
        client_id: env.LE_AUTH_CLIENT_ID,
        redirect_uri: `${url}/callback`,
        state: "a"
      })
      return response.writeHead(302, { location: `${sentinel}/authorize?${query}` }).end()
    }
    const answer = await fetch(`${sentinel}/token?v=1.0`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "authorization_code",
        code: searchParams.get("code"),
        client_id: env.LE_AUTH_CLIENT_ID,
        client_secret: env.LE_AUTH_CLIENT_SECRET,
        redirect_uri: `${url}/callback`
      })
    })
    const { id_token } = await answer.json()
    const { sub } = JSON.parse(Buffer.from(id_token.split(".")[1], "base64url"))
    response.end(`Hello, ${sub}`)
  })
  await once(server.listen(0, "localhost"), "listening")
  const url = `http://localhost:${server.address().port}`
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
    }
  }
}
