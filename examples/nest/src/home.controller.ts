import { Controller, Get, Headers } from "@nestjs/common"
import { page } from "./page.ts"
import { signIn } from "./signIn.ts"

@Controller()
export class HomeController {
  @Get()
  async home(@Headers("cookie") cookie = "") {
    return page(await signIn.session(new Request("http://localhost", { headers: { cookie } })))
  }
}
