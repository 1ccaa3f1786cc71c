import { index, route, type RouteConfig } from "@react-router/dev/routes"

export default [
  index("routes/home.tsx"),
  route("auth/*", "routes/auth.ts"),
  route("api/me", "routes/me.ts"),
  route("api/users", "routes/users.ts"),
  route("api/search", "routes/search.ts")
] satisfies RouteConfig
