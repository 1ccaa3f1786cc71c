import { useSentinel } from "@le-auth/emulator/vitest"
import { test } from "vitest"

import { meet, patience } from "./meet.ts"

const sentinel = useSentinel()

test("left", () => meet("left", sentinel), patience)
