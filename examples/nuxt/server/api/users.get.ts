const users = "/api/account/{account}/configuration/le-users/users"

export default defineEventHandler((event) => auth.callApi(event, "accountConfigReadOnly", users).catch(problem))
