// Packages are tested as they are published: packed.
import { built } from "../built.mjs"

export default built("pack")
