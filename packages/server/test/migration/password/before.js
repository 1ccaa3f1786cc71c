const { LP_ACCOUNT, LP_USER, LP_PASSWORD } = process.env
const agentVep = process.env.LP_AGENT_VEP // https://va.agentvep.liveperson.net
const api = process.env.LP_API // https://z1.acr.liveperson.net

const login = async () => {
  const response = await fetch(`${agentVep}/api/account/${LP_ACCOUNT}/login?v=1.3`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username: LP_USER, password: LP_PASSWORD })
  })
  if (!response.ok) throw new Error(`login: ${response.status}`)
  return response.json()
}

const { bearer } = await login()
const response = await fetch(`${api}/api/account/${LP_ACCOUNT}/configuration/le-users/users?v=6.0`, {
  headers: { authorization: `Bearer ${bearer}` }
})
if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
for (const user of await response.json()) console.log(user.id, user.loginName)
