// All that the package has: no program needs all of it, and none can weigh more of it.
import * as page from "@le-auth/page"

import { show } from "./Page.ts"

show(Object.entries(page))
