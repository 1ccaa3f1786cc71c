import * as SentinelStore from "@le-auth/sentinel/SentinelStore"
import * as SentinelStoreContract from "@le-auth/testing/SentinelStoreContract"
import * as StoreInspectionContract from "@le-auth/testing/StoreInspectionContract"

SentinelStoreContract.suite("layerMemory of sentinel", SentinelStore.layerMemory)
StoreInspectionContract.suite("layerMemory of sentinel", SentinelStore.layerMemory)
