import { DomainApi } from "@le-auth/core/DomainApi"
import { SentinelApi } from "@le-auth/core/SentinelApi"
import { ControlApi } from "@le-auth/sentinel/ControlApi"

/** The HTTP contracts, by the names of what is made of them. */
export const contracts = { sentinel: SentinelApi, domains: DomainApi, control: ControlApi }
