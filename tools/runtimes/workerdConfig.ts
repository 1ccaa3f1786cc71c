// What workerd is told, in the format of its own.

/** A value in workerd's own format. @param {string} text */
const quoted = (text) => JSON.stringify(text)

/**
 * One worker, its settings, and that it may ask whom it likes.
 * @param {number} port
 * @param {Record<string, string>} settings
 */
export const workerdConfig = (port, settings) => `using Workerd = import "/workerd/workerd.capnp";
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
