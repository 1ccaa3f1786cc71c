const backend = process.env.BACKEND ?? "http://localhost:3000"

export default {
  server: {
    // That of the redirect URI.
    port: Number(process.env.PORT ?? 5173),
    strictPort: true,
    proxy: { "/auth": backend, "/api": backend }
  }
}
