// Packages are tested as they are published: packed.
import { built } from "../built.ts"

export default built("pack")
