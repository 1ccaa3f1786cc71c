declare global {
  namespace Cypress {
    interface Chainable {
      /** Signs in, without Sentinel's login page. */
      signIn(user?: string): Chainable<void>
    }
  }
}

Cypress.Commands.add("signIn", (user?: string) => {
  cy.request({ url: "/auth/login", followRedirect: false }).then(({ headers }) => {
    cy.task<string>("sentinel:approve", { url: headers["location"], user }).then((callback) => {
      cy.visit(callback)
    })
  })
})

beforeEach(() => {
  cy.task("sentinel:reset")
})
