import * as SentinelStore from "@le-auth/sentinel/SentinelStore"
import * as SentinelStoreContract from "@le-auth/testing/SentinelStoreContract"

SentinelStoreContract.suite("layerMemory of sentinel", SentinelStore.layerMemory)
