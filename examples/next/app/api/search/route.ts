import { auth, problem } from "../../../auth"

const search = "/messaging_history/api/account/{account}/conversations/search"

export const POST = async (request: Request) =>
  auth
    .callApi(request, "msgHist", search, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: await request.text()
    })
    .catch(problem)
