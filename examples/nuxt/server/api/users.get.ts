const users = "/api/account/{account}/configuration/le-users/users?v=6.0"

export default defineEventHandler((event) => auth.callApi(event, "accountConfigReadOnly", users).catch(problem))
