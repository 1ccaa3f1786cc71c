import { LeAuthError } from "@le-auth/server"
import { Catch, type ArgumentsHost, type ExceptionFilter } from "@nestjs/common"
import type { Response } from "express"

/** Such as `NotSignedIn`, which is a 401. */
@Catch(LeAuthError)
export class LeAuthErrorFilter implements ExceptionFilter<LeAuthError> {
  catch(error: LeAuthError, host: ArgumentsHost) {
    const response = host.switchToHttp().getResponse<Response>()
    response.status(error.status).json({ error: error._tag, message: error.message })
  }
}
