// Maps ports of this host to those of another, as a container engine does with `ports:`. Arguments: HOST PORT=PORT...
import net from "node:net"

const [, , host = "", ...mappings] = process.argv
for (const mapping of mappings) {
  const [from, to] = mapping.split("=").map(Number)
  net
    .createServer((one) => {
      const other = net.connect(to!, host)
      one.pipe(other).pipe(one)
      one.on("error", () => other.destroy())
      other.on("error", () => one.destroy())
    })
    .listen(from, "0.0.0.0")
}
console.log("ready")
