import adapter from "@sveltejs/adapter-node"
import { sveltekit } from "@sveltejs/kit/vite"
import { defineConfig } from "vite"

export default defineConfig({
  // A built application refuses forms of other origins than its own, which it takes for https if nothing else is said.
  plugins: [sveltekit({ adapter: adapter(), paths: { origin: process.env["ORIGIN"] } })],
  server: { port: Number(process.env["PORT"] ?? 3000), strictPort: true }
})
