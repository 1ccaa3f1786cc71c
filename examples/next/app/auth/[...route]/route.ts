import { handler } from "../../../signIn"

export const GET = (request: Request) => handler(request)
export const POST = (request: Request) => handler(request)
