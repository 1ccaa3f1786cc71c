/** For tests of other packages, which see Sentinel's insides through its tests. */
export { TicketSecret } from "../src/internal/request/LoginTickets.ts"
