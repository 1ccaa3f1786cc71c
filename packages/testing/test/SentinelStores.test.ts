import * as SentinelStore from "@le-auth/sentinel/SentinelStore"
import * as SentinelStoreSuite from "@le-auth/testing/SentinelStoreSuite"
import * as StoreInspectionSuite from "@le-auth/testing/StoreInspectionSuite"

SentinelStoreSuite.suite("layerMemory of sentinel", SentinelStore.layerMemory)
StoreInspectionSuite.suite("layerMemory of sentinel", SentinelStore.layerMemory)
