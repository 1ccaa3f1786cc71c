const backend = process.env.BACKEND ?? "http://localhost:3000"

export default {
  mode: "development",
  entry: "./src/main.js",
  devServer: {
    // That of the redirect URI.
    port: Number(process.env.PORT ?? 5173),
    static: ".",
    proxy: [{ context: ["/auth", "/api"], target: backend }],
    // Otherwise it holds back what comes in parts.
    compress: false
  }
}
