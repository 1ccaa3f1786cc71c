it("signs in", () => {
  cy.visit("/")
  cy.get("h1").should("have.text", "Hello stranger")
  cy.signIn()
  cy.get("h1").contains(/Hello \d+/)
})

it("shows all users to an administrator", () => {
  cy.signIn("admin@example.com")
  cy.request("/api/users").its("body").should("have.length", 2)
})

it("refreshes an access token that has expired", () => {
  cy.signIn("admin@example.com")
  cy.task("sentinel:advance", { by: "2h" })
  cy.request("/api/users").its("status").should("equal", 200)
  // One request for the sign-in, one for the refresh
  cy.task("sentinel:journal", { about: "token" }).should("have.length", 2)
})

it("says that LivePerson is down", () => {
  cy.signIn("admin@example.com")
  cy.task("sentinel:fault", { match: { route: "users" }, action: { type: "server-error", status: 503 } })
  cy.request({ url: "/api/users", failOnStatusCode: false }).its("status").should("equal", 503)
})
