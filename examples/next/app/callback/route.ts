// The redirect URI that the local Sentinel knows is /callback. With one of your own below /auth you need no file for
// it.
export { GET } from "../auth/[...route]/route"
