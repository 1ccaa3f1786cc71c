import { Body, Controller, Get, Post, Req, Res } from "@nestjs/common"
import type { Request, Response } from "express"
import { auth } from "./auth.ts"
import { page } from "./page.ts"

@Controller()
export class AppController {
  @Get()
  async home(@Req() request: Request) {
    return page(await auth.session(request))
  }

  @Get("api/me")
  me(@Req() request: Request) {
    return auth.session(request)
  }

  @Get("api/users")
  async users(@Req() request: Request, @Res() response: Response) {
    const path = "/api/account/{account}/configuration/le-users/users?v=6.0"
    const answer = await auth.callApi(request, "accountConfigReadOnly", path)
    response
      .status(answer.status)
      .type("json")
      .send(await answer.text())
  }

  @Post("api/search")
  async search(@Req() request: Request, @Body() query: unknown, @Res() response: Response) {
    const path = "/messaging_history/api/account/{account}/conversations/search"
    const answer = await auth.callApi(request, "msgHist", path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(query)
    })
    response
      .status(answer.status)
      .type("json")
      .send(await answer.text())
  }
}
