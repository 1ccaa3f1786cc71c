import { useSentinel } from "@le-auth/emulator/jest"

import { meet, patience } from "./meet.ts"

const sentinel = useSentinel()

test("left", () => meet("left", sentinel), patience)
