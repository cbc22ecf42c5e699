/**
 * Makes the reference of every entry point from its docstrings, as pages in pages/reference/.
 *
 * It reads the sources, so that no build is needed. A docstring's link that leads nowhere is an error.
 */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { Application, Converter, OptionDefaults, ReflectionKind } from "typedoc"

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url))

const { exports, name } = JSON.parse(readFileSync(path("../package.json"), "utf8"))

/** The sources of the entry points. */
const entryPoints = Object.values(exports).flatMap(({ types }) =>
  types === undefined ? [] : [path(types.replace("./dist/", "../src/").replace(".d.ts", ".ts"))]
)

const app = await Application.bootstrapWithPlugins({
  entryPoints,
  tsconfig: path("../tsconfig.build.json"),
  basePath: path("../src"),
  plugin: ["typedoc-plugin-markdown"],
  out: path("./pages/reference"),
  name: "Reference",
  readme: "none",
  router: "module",
  entryFileName: "index",
  hidePageHeader: true,
  useHTMLAnchors: true,
  hideBreadcrumbs: false,
  parametersFormat: "table",
  interfacePropertiesFormat: "list",
  disableSources: true,
  excludePrivate: true,
  excludeInternal: true,
  excludeExternals: true,
  skipErrorChecking: true,
  // A tag of knip's.
  blockTags: [...OptionDefaults.blockTags, "@alias"],
  excludeTags: ["@alias"],
  validation: { notExported: false, invalidLink: true, notDocumented: false },
  treatValidationWarningsAsErrors: true,
  logLevel: "Warn"
})

// A service's tag is a class that no program instantiates.
app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
  for (const constructor of project.getReflectionsByKind(ReflectionKind.Constructor)) {
    if (constructor.signatures?.some(({ parameters }) => parameters?.[0]?.type?.name === "never")) {
      project.removeReflection(constructor)
    }
  }
})

const project = await app.convert()
if (project === undefined) {
  process.exit(1)
}
// What programs import, instead of a folder of the sources.
for (const module of project.children) {
  module.name = module.name === "index" ? name : `${name}/${module.name}`
}
// Where a member comes from matters only if that is in the reference too: the base of a service or error is a long type of Effect's.
const isDocumented = (type) => type.type === "reference" && type.reflection !== undefined
for (const reflection of Object.values(project.reflections)) {
  for (const key of ["inheritedFrom", "overwrites", "implementationOf"]) {
    if (reflection[key] !== undefined && !isDocumented(reflection[key])) {
      delete reflection[key]
    }
  }
  if (reflection.extendedTypes?.every(isDocumented) === false) {
    delete reflection.extendedTypes
    delete reflection.typeHierarchy
  }
}
app.validate(project)
await app.generateOutputs(project)
process.exitCode = app.logger.hasErrors() || app.logger.hasWarnings() ? 1 : 0
