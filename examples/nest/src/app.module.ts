import { Module } from "@nestjs/common"
import { APP_FILTER } from "@nestjs/core"
import { AppController } from "./app.controller.ts"
import { LeAuthErrorFilter } from "./leAuthError.filter.ts"

@Module({ controllers: [AppController], providers: [{ provide: APP_FILTER, useClass: LeAuthErrorFilter }] })
export class AppModule {}
