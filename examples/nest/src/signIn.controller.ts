import * as NodeServe from "@le-auth/node/NodeServe"
import { All, Controller, Req, Res } from "@nestjs/common"
import type { Request, Response } from "express"
import { signIn } from "./signIn.ts"

const listener = NodeServe.toNodeHandler(signIn)

@Controller()
export class SignInController {
  @All("*path")
  signIn(@Req() request: Request, @Res() response: Response) {
    listener(request, response)
  }
}
