import { createHmac } from "node:crypto"
import OAuth from "oauth-1.0a"

const { LP_ACCOUNT, LP_APP_KEY, LP_APP_SECRET, LP_ACCESS_TOKEN, LP_ACCESS_TOKEN_SECRET } = process.env
const api = process.env.LP_API // https://z1.acr.liveperson.net

const oauth = OAuth({
  consumer: { key: LP_APP_KEY, secret: LP_APP_SECRET },
  signature_method: "HMAC-SHA1",
  hash_function: (text, key) => createHmac("sha1", key).update(text).digest("base64")
})

const get = (url) => {
  const token = { key: LP_ACCESS_TOKEN, secret: LP_ACCESS_TOKEN_SECRET }
  return fetch(url, { headers: { ...oauth.toHeader(oauth.authorize({ url, method: "GET" }, token)) } })
}

const response = await get(`${api}/api/account/${LP_ACCOUNT}/configuration/le-users/users?v=4.0`)
if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
for (const user of await response.json()) console.log(user.id, user.loginName)
