/**
 * The types that users hover over most are short in editors, and show the names that matter.
 */
import { dirname } from "node:path"
import { fileURLToPath } from "node:url"
import {
  createProgram,
  forEachChild,
  isVariableDeclaration,
  type Node,
  parseJsonConfigFileContent,
  readConfigFile,
  sys,
  TypeFormatFlags
} from "typescript"
import { expect, it } from "vitest"

const path = fileURLToPath(new URL("./hovered.ts", import.meta.url))

/** The types of the variables in `hovered.ts`, as an editor shows them without truncation. */
const printed = (): ReadonlyMap<string, string> => {
  const config = fileURLToPath(new URL("../../tsconfig.json", import.meta.url))
  const { options } = parseJsonConfigFileContent(
    readConfigFile(config, sys.readFile).config,
    sys,
    dirname(config),
    {},
    config
  )
  const program = createProgram([path], options)
  const checker = program.getTypeChecker()
  const types = new Map<string, string>()
  const visit = (node: Node): void => {
    if (isVariableDeclaration(node)) {
      const text = checker.typeToString(checker.getTypeAtLocation(node), undefined, TypeFormatFlags.NoTruncation)
      types.set(node.name.getText(), text)
    }
    forEachChild(node, visit)
  }
  visit(program.getSourceFile(path)!)
  return types
}

it("an agent shows the names of the handlers and services that it requires", { timeout: 120_000 }, () => {
  const types = printed()
  expect(types.get("calculator")).toBe("Agent<Database | Handler<\"add\"> | Handler<\"query\">>")
  for (const name of ["calculator", "run", "result", "stream", "supervisor"]) {
    expect(types.get(name), name).not.toContain("ToolNeeds")
    expect(types.get(name)!.length, name).toBeLessThan(200)
  }
})
