// The same, with the sign-in in a window of its own.
import { popup, redirect, resume, session } from "@le-auth/page"

import { onClick, show } from "./Page.ts"

show(await resume())
onClick("sign-in", () => show(redirect()))
onClick("popup", async () => show(await popup()))
onClick("session", async () => show(await session()))
