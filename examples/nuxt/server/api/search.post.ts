const search = "/messaging_history/api/account/{account}/conversations/search"

export default defineEventHandler(async (event) =>
  auth
    .callApi(event, "msgHist", search, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: await readRawBody(event)
    })
    .catch(problem)
)
