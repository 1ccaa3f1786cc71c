import { layerMemory } from "@le-auth/sentinel/SentinelStore"
import { provesLifetimes } from "./Lifetimes.ts"

provesLifetimes("memory", layerMemory)
