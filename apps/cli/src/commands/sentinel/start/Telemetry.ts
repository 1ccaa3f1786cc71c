/**
 * Sends logs, metrics and traces to a collector of OpenTelemetry, if `OTEL_EXPORTER_OTLP_ENDPOINT` names one.
 */
import * as Redaction from "@le-auth/core/Redaction"
import * as NodeHttp from "@le-auth/node/NodeHttp"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Layer from "effect/Layer"
import * as Otlp from "effect/observability/Otlp"
import * as OtlpSerialization from "effect/observability/OtlpSerialization"

/** The defaults of the specification, which effect does not have: with a collector, all three are sent. */
const defaults = ConfigProvider.fromUnknown({
  OTEL_LOGS_EXPORTER: "otlp",
  OTEL_METRICS_EXPORTER: "otlp",
  OTEL_TRACES_EXPORTER: "otlp"
})

/**
 * With the settings of the OpenTelemetry specification, such as `OTEL_SERVICE_NAME` and `OTEL_EXPORTER_OTLP_HEADERS`.
 * The log on stderr continues. URLs in spans have no codes and no states.
 */
export const layer = Layer.merge(
  Redaction.layer,
  Otlp.layerFromConfig({ resource: { serviceName: "sentinel" }, loggerMergeWithExisting: true }).pipe(
    Layer.provide(OtlpSerialization.layerJson),
    Layer.provide(NodeHttp.layer),
    Layer.provide(ConfigProvider.layerAdd(defaults))
  )
)
