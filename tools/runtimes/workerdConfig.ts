// What workerd is told, in the format of its own.

/** A value in workerd's own format. */
const quoted = (text: string) => JSON.stringify(text)

/** One worker, its settings, and that it may ask whom it likes. */
export const workerdConfig = (
  port: number,
  settings: Record<string, string>
) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "application", worker = (
      modules = [(name = "worker", esModule = embed "worker.js")],
      compatibilityDate = "2026-11-01",
      bindings = [${Object.entries(settings)
        .map(([name, text]) => `(name = ${quoted(name)}, text = ${quoted(text)})`)
        .join(", ")}]
    )),
    (name = "internet", network = (allow = ["public", "private"]))
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "application")]
);
`
