/**
 * Which exports of an entry point, and which of their members, have no docstring. Of an overloaded function each signature has one: an editor shows that one.
 *
 * It asks the compiler, so that a name counts wherever it is declared, and a docstring where it is inherited. Only what is declared in the sources of this
 * package counts: what a class has from another package is described there.
 */
import ts from "typescript"

/** What was looked at. Names are `Export.member`. */
export interface Documented {
  readonly seen: ReadonlyArray<string>
  readonly undocumented: ReadonlyArray<string>
}

/** All that is exported by these modules, by module. */
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
    // A file that is exported under a name has its docstring at its head.
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

  /** The signatures of a function that has several; none for any other value. */
  #overloadsOf(symbol: ts.Symbol): ReadonlyArray<ts.Signature> {
    const declaration = symbol.valueDeclaration
    if (declaration === undefined) {
      return []
    }
    const signatures = this.#checker.getTypeOfSymbolAtLocation(symbol, declaration).getCallSignatures()
    return signatures.length > 1 ? signatures.filter((each) => this.#isOwn(each.getDeclaration())) : []
  }

  /** What a name stands for as a type and as a value; each part of a union. */
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

  /** `message` and `cause` are what every error has, and a name with one literal as its type only tells the members of a union apart. */
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
