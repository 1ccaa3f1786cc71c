// What the tests find on this machine beside npm's packages: an input of their results, for Nx.
import { spawnSync } from "node:child_process"

const programs = ["chromium", "firefox-esr", "redis-server", "gnome-keyring-daemon", "zsh", "fish"]

for (const program of programs) {
  const { stdout } = spawnSync(program, ["--version"], { encoding: "utf8" })
  console.log(`${program}: ${stdout?.trim() ?? "none"}`)
}
