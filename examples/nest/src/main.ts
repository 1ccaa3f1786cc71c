import { NestFactory } from "@nestjs/core"
import { AppModule } from "./app.module.ts"
import { auth } from "./auth.ts"

const app = await NestFactory.create(AppModule)
// It comes before Nest's parsers of bodies, and below no global prefix.
app.use(auth.nodeHandler)
await auth.ready
await app.listen(Number(process.env["PORT"] ?? 3000))
