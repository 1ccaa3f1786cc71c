// le-auth without Effect. The exchange is the backend's, where the secret is.
import { redirect, resume, session } from "@le-auth/page"

import { onClick, show } from "./Page.ts"

show(await resume())
onClick("sign-in", () => show(redirect()))
onClick("session", async () => show(await session()))
