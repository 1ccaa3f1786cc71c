import { test } from "node:test"

import { useSentinel } from "@le-auth/emulator/node-test"

import { meet } from "./meet.ts"

const sentinel = useSentinel()

test("left", () => meet("left", sentinel))
