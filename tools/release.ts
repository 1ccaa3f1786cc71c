// Publishes build/packages, the very tarballs that were checked and tested, by Changesets, which leaves out what is
// already published. `--dry-run` does all of it but the upload and the tags. Leaves a list of all that went into them
// (SBOM) in build.
import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import fs from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const folder = path.join(root, "build", "packages")
const isDry = process.argv.includes("--dry-run")

const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ...(isDry ? { npm_config_dry_run: "true" } : {}) }
  })

const sbom = execFileSync("npm", ["sbom", "--package-lock-only", "--sbom-format=cyclonedx"], {
  cwd: root,
  maxBuffer: 1e8
})
fs.writeFileSync(path.join(root, "build", "sbom.cdx.json"), sbom)

// Changesets' plan of what to publish, and which tarball each is.
const file = path.join(folder, "publish-plan.json")
run("changeset", "publish-plan", "--output", file)
const { version, plan } = JSON.parse(fs.readFileSync(file, "utf8"))
for (const release of plan.flat().filter(({ kind }: { kind: string }) => kind === "publish")) {
  const tarball = `${release.name.slice(1).replace("/", "-")}-${release.version}.tgz`
  const hash = createHash("sha256").update(fs.readFileSync(path.join(folder, tarball)))
  release.tarball = { path: tarball, integrity: `sha256-${hash.digest("base64")}` }
}
fs.writeFileSync(file, JSON.stringify({ version, plan }, null, 2))
run("changeset", "publish", "--from-pack-dir", folder, ...(isDry ? ["--no-git-tag"] : []))
if (isDry) console.log("That was a dry run: nothing is published, and nothing is tagged.")
