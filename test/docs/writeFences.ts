/**
 * Writes the code blocks of the documentation as modules, so that the compiler checks them: the first half of `npm run check`.
 */
import { writeModules } from "./fenceModules.js"

writeModules()
