/** The table of all views, in the order of the navigation. The first one is also the inspector's home. */
import type { View } from "../View.ts"
import { applications } from "../views/Applications.ts"
import { clock } from "../views/Clock.ts"
import { faults } from "../views/Faults.ts"
import { flows } from "../views/Flows.ts"
import { requests } from "../views/Requests.ts"
import { state } from "../views/State.ts"
import { users } from "../views/Users.ts"

export const home: View = requests

export const views: ReadonlyArray<View> = [requests, flows, users, applications, faults, clock, state]
