import { NestFactory } from "@nestjs/core"
import { AppModule } from "./app.module.ts"
import { signIn } from "./signIn.ts"

// The sign-in routes read bodies themselves.
const app = await NestFactory.create(AppModule, { bodyParser: false })
await signIn.ready
await app.listen(Number(process.env["PORT"] ?? 3000))
