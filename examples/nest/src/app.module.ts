import { Module } from "@nestjs/common"
import { HomeController } from "./home.controller.ts"
import { SignInController } from "./signIn.controller.ts"

// The last controller gets what no other one answers.
@Module({ controllers: [HomeController, SignInController] })
export class AppModule {}
