import { createLeAuth } from "@le-auth/server"

/** Its settings are in `LE_AUTH_*`. */
export const auth = createLeAuth({
  // What pages may call themselves, at /auth/liveperson/SERVICE/PATH.
  api: {
    msgHist: { paths: ["/messaging_history/api/account/{account}/conversations/search"], methods: ["POST"] }
  }
})
