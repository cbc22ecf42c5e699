/**
 * Finds exports of an entry point, and members of exports, without a docstring. Every signature of an overloaded function needs one, because editors
 * show each separately.
 *
 * Uses the compiler, so it does not matter where a name is declared, and inherited docstrings count. Only declarations in the sources of this package
 * are checked: members that a class inherits from another package are documented there.
 */
import ts from "typescript"

/** The names that were checked, as `Export.member`. */
export interface Documented {
  readonly seen: ReadonlyArray<string>
  readonly undocumented: ReadonlyArray<string>
}

/** Checks everything that these modules export. The result is by module. */
export const documentedIn = (
  modules: ReadonlyArray<string>,
  sources: string,
  options: ts.CompilerOptions
): ReadonlyMap<string, Documented> => {
  const program = ts.createProgram({ rootNames: [...modules], options })
  return new Map(modules.map((module) => [module, new Walk(program, module, sources).found()]))
}

class Walk {
  readonly #checker: ts.TypeChecker
  readonly #seen: Array<string> = []
  readonly #undocumented: Array<string> = []

  constructor(program: ts.Program, module: string, readonly sources: string) {
    this.#checker = program.getTypeChecker()
    const symbol = this.#checker.getSymbolAtLocation(program.getSourceFile(module)!)!
    this.#exports("", symbol)
  }

  found(): Documented {
    return { seen: this.#seen, undocumented: this.#undocumented }
  }

  #exports(prefix: string, module: ts.Symbol): void {
    for (const exported of this.#checker.getExportsOfModule(module)) {
      const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0
      this.#symbol(`${prefix}${exported.name}`, isAlias ? this.#checker.getAliasedSymbol(exported) : exported)
    }
  }

  #symbol(name: string, symbol: ts.Symbol): void {
    // A file that is exported as a namespace has its docstring at the top.
    if ((symbol.flags & ts.SymbolFlags.ValueModule) !== 0 && symbol.declarations?.some(ts.isSourceFile) === true) {
      this.#look(name, hasHead(symbol.declarations.find(ts.isSourceFile)!))
      this.#exports(`${name}.`, symbol)
      return
    }
    this.#look(name, this.#isDocumented(symbol))
    const members = new Map<string, ts.Symbol>()
    for (const type of this.#typesOf(symbol)) {
      for (const member of this.#membersOf(type)) {
        members.set(member.name, member)
      }
    }
    for (const [key, member] of members) {
      this.#look(`${name}.${key}`, this.#isDocumented(member))
    }
  }

  #look(name: string, isDocumented: boolean): void {
    this.#seen.push(name)
    if (!isDocumented) {
      this.#undocumented.push(name)
    }
  }

  #isDocumented(symbol: ts.Symbol): boolean {
    return [symbol, ...this.#overloadsOf(symbol)].every((each) =>
      each.getDocumentationComment(this.#checker).some(({ text }) => text.trim() !== "")
    )
  }

  /** The signatures of a function, if it has several. */
  #overloadsOf(symbol: ts.Symbol): ReadonlyArray<ts.Signature> {
    const declaration = symbol.valueDeclaration
    if (declaration === undefined) {
      return []
    }
    const signatures = this.#checker.getTypeOfSymbolAtLocation(symbol, declaration).getCallSignatures()
    return signatures.length > 1 ? signatures.filter((each) => this.#isOwn(each.getDeclaration())) : []
  }

  /** The types of a name, as a type and as a value. A union is split into its parts. */
  #typesOf(symbol: ts.Symbol): ReadonlyArray<ts.Type> {
    const isType = symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias)
    const isValue = (symbol.flags & ts.SymbolFlags.Value) !== 0 && symbol.valueDeclaration !== undefined
    const types = [
      ...(isType !== 0 ? [this.#checker.getDeclaredTypeOfSymbol(symbol)] : []),
      ...(isValue ? [this.#checker.getTypeOfSymbolAtLocation(symbol, symbol.valueDeclaration!)] : [])
    ]
    return types.flatMap((type) => type.isUnion() ? type.types : [type])
  }

  #membersOf(type: ts.Type): ReadonlyArray<ts.Symbol> {
    return type.getProperties().filter((member) =>
      member.name !== "prototype" && !this.#isSelfEvident(member) &&
      member.declarations?.some((node) => this.#isOwn(node) && isPublic(node)) === true
    )
  }

  /** Every error has `message` and `cause`, and a field with a single literal as its type only discriminates a union. */
  #isSelfEvident(member: ts.Symbol): boolean {
    return member.name === "message" || member.name === "cause" ||
      this.#checker.getTypeOfSymbol(member).isStringLiteral()
  }

  #isOwn(node: ts.Declaration): boolean {
    return node.getSourceFile().fileName.startsWith(this.sources)
  }
}

const isPublic = (node: ts.Declaration): boolean =>
  (ts.getCombinedModifierFlags(node) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) === 0 &&
  !(ts.isPropertyDeclaration(node) && ts.isPrivateIdentifier(node.name))

const hasHead = (file: ts.SourceFile): boolean => /^\s*\/\*\*/.test(file.text)
