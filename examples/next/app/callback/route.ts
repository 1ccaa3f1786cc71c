// The redirect URI of the local Sentinel is /callback. A redirect URI of your own below /auth needs no file.
export { GET } from "../auth/[...route]/route"
