/**
 * The rooms of src/ and who may look into which. A room that is in no table below may neither import nor be imported.
 * Type-only imports count like any other.
 */
const fs = require("node:fs")
const path = require("node:path")

/** What each room may import of this package, besides itself. Patterns are below src/. */
const rooms = {
  records: [],
  // The one arrow that runs back, from one file and by a dynamic import: see the rules of config/ below.
  telemetry: ["records/", "config/layerSpec[.]ts$"],
  sinks: ["telemetry/", "records/"],
  config: ["sinks/", "telemetry/", "records/"],
  agent: ["telemetry/", "records/"],
  dialects: ["records/"],
  otel: ["dialects/", "telemetry/", "records/", "config/"],
  evals: ["agent/", "readers/", "telemetry/", "records/"],
  promise: ["telemetry/", "records/"],
  readers: ["records/", "dialects/"],
  testing: ["telemetry/", "sinks/InMemoryTelemetry(/|[.]ts$)", "readers/", "records/"],
  cli: ["readers/", "records/", "telemetry/", "sinks/FileTelemetry[.]ts$", "viewer/(page|assets|PageAssets)[.]ts$"],
  viewer: ["readers/", "records/"]
}

/** The one file that loads sinks by name, when the layer is built: neither module needs the other to be evaluated. */
const loadsSinksByName = "^src/telemetry/Telemetry[.]ts$"

/** What the root entry point may import. */
const root = ["records/", "telemetry/", "sinks/"]

/** Packages that only these rooms may import. */
const packages = {
  otel: { rooms: ["otel"], names: ["@opentelemetry/", "@effect/opentelemetry(/|$)"] },
  agent: { rooms: ["agent", "evals"], names: ["@effect/ai[^/]*(/|$)", "@effect/rpc(/|$)"] }
}

const below = (patterns) => patterns.map((pattern) => `^src/${pattern}`)

const roomRules = Object.entries(rooms).map(([room, allowed]) => ({
  name: `room-${room}`,
  comment: allowed.length === 0
    ? `${room}/ imports nothing of this package.`
    : `${room}/ imports only ${allowed.join(", ")} of this package.`,
  severity: "error",
  from: { path: `^src/${room}/` },
  to: { path: "^src/", pathNot: below([`${room}/`, ...allowed]) }
}))

const packageRules = Object.entries(packages).map(([room, { names, rooms }]) => ({
  name: `packages-of-${room}`,
  comment: `Only ${rooms.join(" and ")} may import ${names.join(", ")}.`,
  severity: "error",
  from: { path: "^src/", pathNot: rooms.map((each) => `^src/${each}/`) },
  // The first alternative is the resolved file, the second the name where it is not installed.
  to: { path: names.map((name) => `(^|node_modules/)${name}`) }
}))

/**
 * Every sink with what belongs to it: ConsoleTelemetry owns ConsoleTelemetry.ts, ConsoleTelemetry/ and console/;
 * InMemoryTelemetry owns in-memory/ or inMemory/ alike. Read from the folder, so that a new sink is ruled from its first line.
 */
const sinks = () => {
  const folder = path.join(__dirname, "src", "sinks")
  const entries = fs.existsSync(folder) ? fs.readdirSync(folder) : []
  return entries.filter((entry) => /^[A-Z]\w*[.]ts$/.test(entry)).map((entry) => {
    const name = path.basename(entry, ".ts")
    const stem = name.replace(/Telemetry$/, "")
    const camel = stem[0].toLowerCase() + stem.slice(1)
    const kebab = camel.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    const folders = [...new Set([name, camel, kebab, camel.toLowerCase()])]
    return { name, own: [`^src/sinks/${name}[.]ts$`, `^src/sinks/(${folders.join("|")})/`] }
  })
}

const everySink = sinks()

const sinkRules = everySink.map(({ name, own }) => ({
  name: `sink-${name}`,
  comment: `${name} never imports another sink.`,
  severity: "error",
  from: { path: own },
  to: { path: "^src/sinks/", pathNot: own }
}))

/** A helper folder that no sink owns is a sink of its own. */
const strangerRule = {
  name: "sink-folder-without-sink",
  comment: "A folder below sinks/ carries the name of the sink whose helpers it holds, and sees no other.",
  severity: "error",
  from: { path: "^src/sinks/([^/]+)/", pathNot: everySink.flatMap(({ own }) => own) },
  to: { path: "^src/sinks/", pathNot: "^src/sinks/$1/" }
}

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    ...roomRules,
    ...packageRules,
    ...sinkRules,
    strangerRule,
    {
      name: "room-root",
      comment: `src/index.ts is a table of contents of ${root.join(", ")}.`,
      severity: "error",
      from: { path: "^src/[^/]+$" },
      to: { path: "^src/", pathNot: below(root) }
    },
    {
      name: "no-unknown-room",
      comment: "Every folder of src/ is a room with a line in the table above.",
      severity: "error",
      from: { path: "^src/", pathNot: [...below(Object.keys(rooms).map((room) => `${room}/`)), "^src/index[.]ts$"] },
      to: {}
    },
    {
      name: "config-is-for-entry-points",
      comment: "config/ chooses among sinks; only otel/ and Telemetry.layerConfig may see it.",
      severity: "error",
      from: { path: "^src/", pathNot: [loadsSinksByName, ...below(["otel/", "config/"])] },
      to: { path: "^src/config/" }
    },
    {
      name: "sinks-by-name-are-loaded-dynamically",
      comment: "Telemetry.ts reaches config/layerSpec by a dynamic import and by no other, not even of types.",
      severity: "error",
      from: { path: loadsSinksByName },
      to: { path: "^src/config/", dependencyTypesNot: ["dynamic-import"] }
    },
    {
      name: "nobody-imports-the-root",
      comment: "Nobody imports src/index.ts, neither by its path nor by the package's name.",
      severity: "error",
      from: { path: "^src/" },
      to: { path: ["^src/index[.]ts$", "^loom-telemetry(/|$)", "^dist/"] }
    },
    {
      name: "dialects-are-pure",
      comment: "Dialects are tables: readers use them without OpenTelemetry and without Effect being loaded.",
      severity: "error",
      from: { path: "^src/dialects/" },
      to: { pathNot: below(["dialects/", "records/"]) }
    },
    {
      name: "no-cycles",
      comment: "Not even of types. The dynamic import of Telemetry.ts closes the only circles that there are.",
      severity: "error",
      from: { path: "^src/" },
      to: { circular: true, viaOnly: { dependencyTypesNot: ["dynamic-import"] } }
    },
    {
      name: "no-platform-builtins",
      comment: "The library runs wherever Effect does: files, paths and processes come from @effect/platform. " +
        "The OTLP exporters are Node's, and so are the connection agents that they are given. " +
        "Without fibers, context travels by AsyncLocalStorage.",
      severity: "error",
      from: {
        path: "^src/",
        pathNot: ["^src/cli/", "^src/viewer/build", "^src/otel/delivery/exporters\\.ts$", "^src/promise/ambient\\.ts$"]
      },
      to: { dependencyTypes: ["core"] }
    },
    {
      name: "no-undeclared-packages",
      comment: "What src/ imports is a dependency or a peer; a devDependency is not there for the users. " +
        "The page's bundling is no part of the package, and the command line is bundled with all that it needs.",
      severity: "error",
      from: { path: "^src/", pathNot: ["^src/viewer/build[.]ts$", "^src/cli/"] },
      to: {
        dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"],
        dependencyTypesNot: ["npm", "npm-peer", "npm-optional"]
      }
    },
    {
      name: "no-unresolvable",
      comment: "Every import can be found.",
      severity: "error",
      from: { path: "^src/" },
      to: { couldNotResolve: true }
    }
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"]
    }
  }
}
