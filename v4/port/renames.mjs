/**
 * The renames for Effect 4. All of them are applied to each file of `src/`, `test/` and `examples/`, in this order.
 *
 * Changes that need more than a rename are in `patches/`.
 */

/** Modules by path, with the new namespace if it changes. */
export const modules = [
  ["effect/Either", "effect/Result", "Either", "Result"],
  ["effect/ConfigError", "effect/Config", "ConfigError", "Config"],
  ["effect/ParseResult", "effect/SchemaIssue"],
  ["effect/TestClock", "effect/testing/TestClock"],
  ["effect/TestContext", "effect/testing/TestClock", "TestContext", "TestClock"],
  ["effect/TestServices", "effect/testing/TestClock", "TestServices", "TestClock"],
  // Seeded random numbers: those of Effect 3 are sufficient.
  ["effect/Utils", "../../../node_modules/effect/dist/esm/Utils.js"],
  ["effect/FastCheck", "fast-check", "FastCheck", "FastCheck"],
  ["effect/Mailbox", "effect/Queue", "Mailbox", "Queue"],
  ["@effect/platform/FileSystem", "effect/FileSystem"],
  ["@effect/platform/Error", "effect/PlatformError"],
  ["@effect/ai/LanguageModel", "effect/ai/LanguageModel"],
  ["@effect/ai/Prompt", "effect/ai/Prompt"],
  ["@effect/ai/Response", "effect/ai/Response"],
  ["@effect/ai/Tool", "effect/ai/Tool"],
  ["@effect/ai/Toolkit", "effect/ai/Toolkit"],
  ["@effect/ai/AiError", "effect/ai/AiError"],
  ["@effect/ai/Model", "effect/ai/Model"],
  ["@effect/ai/Chat", "effect/ai/Chat"],
  ["@effect/experimental/DevTools/Client", "effect/devtools/DevToolsClient"],
  ["@effect/experimental/DevTools/Domain", "effect/devtools/DevToolsSchema"],
  ["@effect/rpc/RpcServer", "effect/rpc/RpcServer"],
  ["@effect/rpc/RpcMessage", "effect/rpc/RpcMessage"],
  ["@effect/rpc/RpcClient", "effect/rpc/RpcClient"],
  ["@effect/opentelemetry/Tracer", "@effect/opentelemetry/OtelTracer"],
  ["@effect/platform-node/NodeContext", "@effect/platform-node/NodeServices"]
]

/** Names that are imported from a package's index, and their modules in Effect 4. */
export const places = {
  AiError: "effect/ai/AiError",
  Chat: "effect/ai/Chat",
  FetchHttpClient: "effect/http/FetchHttpClient",
  McpSchema: "effect/ai/McpSchema",
  McpServer: "effect/ai/McpServer",
  RpcClient: "effect/rpc/RpcClient",
  RpcSerialization: "effect/rpc/RpcSerialization",
  RpcServer: "effect/rpc/RpcServer",
  FileSystem: "effect/FileSystem",
  HttpClient: "effect/http/HttpClient",
  HttpClientRequest: "effect/http/HttpClientRequest",
  HttpRouter: "effect/http/HttpRouter",
  HttpServer: "effect/http/HttpServer",
  HttpServerRequest: "effect/http/HttpServerRequest",
  HttpServerResponse: "effect/http/HttpServerResponse",
  LanguageModel: "effect/ai/LanguageModel",
  Prompt: "effect/ai/Prompt",
  Socket: "effect/socket/Socket",
  TestClock: "effect/testing/TestClock",
  Tool: "effect/ai/Tool",
  Toolkit: "effect/ai/Toolkit"
}

/** Members of a module. */
export const members = {
  Cause: {
    isInterruptedOnly: "hasInterruptsOnly",
    isUnknownException: "isUnknownError",
    isFailure: "hasFails",
    isInterrupted: "hasInterrupts",
    sequential: "combine",
    parallel: "combine"
  },
  Clock: {},
  Context: {
    unsafeMake: "makeUnsafe",
    "Tag.Service": "Service.Shape"
  },
  Config: {
    string: "String",
    redacted: "Redacted",
    mapOrFail: "mapEffect",
    "Config.Success": "Success"
  },
  Duration: {
    DurationInput: "Input",
    decodeUnknown: "fromInput",
    decode: "fromInputUnsafe"
  },
  Effect: {
    zipRight: "andThen",
    zipLeft: "tap",
    catchAllCause: "catchCause",
    catchAllDefect: "catchDefect",
    catchAll: "catch",
    async: "callback",
    withFiberRuntime: "withFiber",
    forkDaemon: "forkDetach",
    fork: "forkChild",
    mapInputContext: "updateContext",
    getFiberRefs: "context<never>()",
    contextWithEffect: "contextWith",
    runtime: "context",
    either: "result"
  },
  Exit: {
    isInterrupted: "hasInterrupts"
  },
  Fiber: {
    RuntimeFiber: "Fiber"
  },
  Layer: {
    scopedContext: "effectContext",
    scopedDiscard: "effectDiscard",
    scoped: "effect",
    unwrapEffect: "unwrap",
    unwrapScoped: "unwrap",
    "Layer.Success": "Success",
    "Layer.Error": "Error",
    "Layer.Context": "Services"
  },
  Option: {
    fromNullable: "fromNullishOr"
  },
  Random: {
    nextRange: "nextBetween"
  },
  Result: {
    Either: "Result",
    right: "succeed",
    left: "fail",
    isRight: "isSuccess",
    isLeft: "isFailure",
    mapLeft: "mapError",
    filterOrLeft: "filterOrFail"
  },
  Scope: {
    CloseableScope: "Closeable",
    extend: "provide"
  },
  TestClock: {
    provideLive: "withLive",
    TestContext: "layer()"
  },
  Stream: {
    catchAllCause: "catchCause",
    catchAll: "catch",
    orElse: "catch",
    mapChunksEffect: "mapArrayEffect",
    mapChunks: "mapArray",
    unwrapScoped: "unwrap"
  }
}

/** Names that move to another module. */
export const moved = {
  "TestClock.currentTimeMillis": "Clock.currentTimeMillis",
  "Effect.unsafeMakeSemaphore": "Semaphore.makeUnsafe",
  "Effect.makeSemaphore": "Semaphore.make",
  "Effect.Semaphore": "Semaphore.Semaphore",
  "Effect.makeLatch": "Latch.make",
  "Effect.Latch": "Latch.Latch",
  "Chunk.toReadonlyArray": "Array.from",
  "Runtime.runFork": "Effect.runForkWith",
  "Runtime.runSync": "Effect.runSyncWith",
  "Runtime.runPromise": "Effect.runPromiseWith",
  "Runtime.runPromiseExit": "Effect.runPromiseExitWith",
  "Runtime.Runtime": "Context.Context",
  "Effect.clock": "Clock.Clock",
  "Schema.decodeUnknownEither": "Schema.decodeUnknownResult",
  "Schema.encodeUnknownEither": "Schema.encodeUnknownResult",
  "Schema.decode": "Schema.decodeEffect",
  "Schema.encode": "Schema.encodeEffect",
  "Schema.decodeUnknown": "Schema.decodeUnknownEffect",
  "Schema.encodeUnknown": "Schema.encodeUnknownEffect"
}

const mapped = (operator, args) =>
  args.length === 1
    ? `(stream) => Stream.flattenIterable(Stream.${operator}(stream, ${args[0]}))`
    : `Stream.flattenIterable(Stream.${operator}(${args.join(", ")}))`

/** The function passed to a tap must return an effect. */
const tapped = (args) => {
  const [, parameters, body] = /^\(([^()]*)\) => (\{[^]*\})$/.exec(args.at(-1)) ?? []
  return body === undefined || /\breturn\b/.test(body)
    ? undefined
    : `Effect.tap(${[...args.slice(0, -1), `(${parameters}) => Effect.sync(() => ${body})`].join(", ")})`
}

/** The position of the bracket that closes the one at `from`. */
const closing = (text, from) => {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    depth += "({[".includes(text[at]) ? 1 : ")}]".includes(text[at]) ? -1 : 0
    if (depth === 0) {
      return at
    }
  }
  return text.length
}

/** The parameters of a tool are a single schema. */
const withStruct = (options) => {
  const found = /\bparameters: (?=\{)/.exec(options ?? "")
  if (found === null) {
    return undefined
  }
  const from = found.index + found[0].length
  const end = closing(options, from) + 1
  return `${options.slice(0, from)}Schema.Struct(${options.slice(from, end)})${options.slice(end)}`
}

/** Calls that are rewritten, given the source text of their arguments. */
export const calls = {
  "Cause.isDie": (cause) => `Cause.hasDies(${cause})`,
  "Cause.isDieType": (cause) => `${cause}.reasons.every(Cause.isDieReason)`,
  "Cause.isFailType": (cause) => `${cause}.reasons.every(Cause.isFailReason)`,
  "Effect.linkSpanCurrent": (span, attributes = "{}") =>
    `Effect.map(Effect.orDie(Effect.currentSpan), (current) => current.addLinks([{ span: ${span}, attributes: ${attributes} }]))`,
  "Cause.isEmpty": (cause) => `(${cause}.reasons.length === 0)`,
  "Cause.failures": (cause) => `${cause}.reasons.filter(Cause.isFailReason).map(({ error }) => error)`,
  "Cause.defects": (cause) => `${cause}.reasons.filter(Cause.isDieReason).map(({ defect }) => defect)`,
  // Errors are no longer wrapped in a proxy.
  "Cause.originalError": (error) => `(${error})`,
  "Duration.format": (duration) =>
    duration.startsWith("Duration.") ? undefined : `Duration.format(Duration.fromInputUnsafe(${duration}))`,
  "Effect.tapBoth": (...args) => {
    const [, onSuccess, onFailure] = /^\{\s*onSuccess: ([^]*?),\s*onFailure: ([^]*?)\s*\}$/.exec(args.at(-1)) ?? []
    return args.length === 1 && onFailure !== undefined
      ? `(self) => Effect.tapError(Effect.tap(self, ${onSuccess}), ${onFailure})`
      : undefined
  },
  "Stream.dieMessage": (message) => `Stream.die(new Error(${message}))`,
  "new AiError.UnknownError": (options) => {
    const [, where, rest] = /^\{\s*(module: [^,]+,\s*method: [^,}]+?)(?:,\s*([^]*))?\s*\}$/.exec(options) ?? []
    return where === undefined
      ? undefined
      : `AiError.make({ ${where}, reason: new AiError.UnknownError({ ${rest ?? ""} }) })`
  },
  "Tool.providerDefined": (options) => {
    const made = withStruct(options)
    return made === undefined ? undefined : `Tool.providerDefined(${made})`
  },
  "Effect.withRandom": (random) => {
    const [, seed] = /^Random\.make\(([^]*)\)$/.exec(random) ?? []
    return seed === undefined ? undefined : `Random.withSeed(${seed})`
  },
  "Effect.withScheduler": (self, scheduler) => `Effect.provideService(${self}, Scheduler.Scheduler, ${scheduler})`,
  // The upper bound would be included.
  "Random.nextIntBetween": (min, max, ...options) =>
    options.length > 0 ? undefined : `Random.nextIntBetween(${min}, ${max}, { halfOpen: true })`,
  "Layer.toRuntime": (layer) => `Layer.build(${layer})`,
  "Layer.setTracer": (tracer) => `Layer.succeed(Tracer.Tracer, ${tracer})`,
  "Cause.dieOption": (cause) => `Option.fromNullishOr(${cause}.reasons.find(Cause.isDieReason)?.defect)`,
  "Cause.failureOption": (cause) => `Option.fromNullishOr(${cause}.reasons.find(Cause.isFailReason)?.error)`,
  "Tool.make": (name, options, ...more) => {
    const made = withStruct(options)
    return made === undefined ? undefined : `Tool.make(${[name, made, ...more].join(", ")})`
  },
  "Tool.getJsonSchemaFromSchemaAst": (ast) => `Tool.getJsonSchemaFromSchema(${ast.replace(/\.ast$/, "")})`,
  "ParseResult.TreeFormatter.formatErrorSync": (error) => `(${error}).message`,
  "Schema.Record": (options) => {
    const [, key, value] = /^\{\s*key: ([^]*?),\s*value: ([^]*?)\s*\}$/.exec(options) ?? []
    return key === undefined ? undefined : `Schema.Record(${key}, ${value})`
  },
  "ConfigError.isConfigError": (error) => `(${error} instanceof Config.ConfigError)`,
  "Effect.tap": (...args) => tapped(args),
  // Fibers are no longer effects.
  "Effect.flatten": (self = "") => {
    const [, interrupted] = /^Fiber\.interrupt\((\w+)\)$/.exec(self) ?? []
    return interrupted !== undefined
      ? `Effect.andThen(${self}, Fiber.join(${interrupted}))`
      : /^Effect\.fork/.test(self)
      ? `Effect.flatMap(${self}, Fiber.join)`
      : undefined
  },
  "Effect.andThen": (...args) => {
    const [, body] = /^\(\) => (\{[^]*\})$/.exec(args.at(-1)) ?? []
    return body === undefined || /\breturn\b/.test(body)
      ? undefined
      : `Effect.andThen(${[...args.slice(0, -1), `Effect.sync(() => ${body})`].join(", ")})`
  },
  "Effect.timeoutFail": (...args) =>
    `Effect.timeoutOrElse(${
      args.map((arg) => arg.replace(/\bonTimeout: \(\) =>\s*([^]*?),?\s*\}$/, "orElse: () => Effect.fail($1) }")).join(
        ", "
      )
    })`,
  "Effect.dieMessage": (message) => `Effect.die(new Error(${message}))`,
  "Effect.reduce": (items, zero, step) =>
    step === undefined || zero.startsWith("() =>") ? undefined : `Effect.reduce(${items}, () => ${zero}, ${step})`,
  "Effect.repeatN": (...args) => `Effect.repeat(${[...args.slice(0, -1), `{ times: ${args.at(-1)} }`].join(", ")})`,
  "Effect.withConfigProvider": (...args) =>
    `Effect.provideService(${[...args.slice(0, -1), "ConfigProvider.ConfigProvider", args.at(-1)].join(", ")})`,
  "Effect.withClock": (...args) =>
    `Effect.provideService(${[...args.slice(0, -1), "Clock.Clock", args.at(-1)].join(", ")})`,
  "Fiber.getCurrentFiber": () => "Option.fromNullishOr(Fiber.getCurrent())",
  "Fiber.interruptFork": (fiber) => `Effect.sync(() => ${fiber}.interruptUnsafe())`,
  "Fiber.poll": (fiber) => `Effect.sync(() => Option.fromNullishOr(${fiber}.pollUnsafe()))`,
  // The logger that turns log messages into span events stays.
  "Logger.replace": (_, ...logger) => `Logger.layer([${logger.join(", ")}, Logger.tracerLogger])`,
  "Logger.remove": () => "Logger.layer([Logger.tracerLogger])",
  "Logger.add": (logger) => `Logger.layer([${logger}], { mergeWithExisting: true })`,
  "Layer.setConfigProvider": (provider) => `ConfigProvider.layer(${provider})`,
  "ConfigProvider.fromMap": (map) => `ConfigProvider.fromUnknown(Object.fromEntries(${map}))`,
  "Stream.mapConcat": (...args) => mapped("map", args),
  "Stream.mapConcatEffect": (...args) => mapped("mapEffect", args),
  "Layer.die": (defect) => `Layer.effectContext(Effect.die(${defect}))`,
  "Layer.fail": (error) => `Layer.effectContext(Effect.fail(${error}))`
}

/** Methods, and patterns that are more than a name. */
export const shapes = [
  [/\bEffect\.yieldNow\(\)/g, "Effect.yieldNow"],
  [
    /\bimport \{ NodeSdk \} from "@effect\/opentelemetry"/g,
    "import * as NodeSdk from \"@effect/opentelemetry/NodeSdk\""
  ],
  [/\bPrompt\.merge\b/g, "Prompt.concat"],
  // Streams are already collected as arrays.
  [/,\s*Effect\.map\(Array\.from\)/g, ""],
  [/(?<=[A-Z]\w+)\["Type"\]/g, "[\"Service\"]"],
  [/\bmanaged\.runtimeEffect\b/g, "managed.contextEffect"],
  [/\bEffect\.Effect\.(Success|Error)\b/g, "Effect.$1"],
  [/\blogLevel\._tag === "Warning"/g, "logLevel === \"Warn\""],
  [/\bnew PlatformError\.SystemError\(\{([^}]*)\breason: "/g, "PlatformError.systemError({$1_tag: \""],
  [/"@effect\/platform\/((?:Fetch)?Http\w+)"/g, "\"effect/http/$1\""],
  [/\bcause: \{ _tag: "(\w+)"([^{}]*)\}/g, "cause: { reasons: [{ _tag: \"$1\"$2}] }"],
  [
    /\bContext\.get\(DefaultServices\.liveServices, Clock\.Clock\)/g,
    "Context.get(Context.empty(), Clock.Clock)"
  ],
  [/^import (?:type )?\* as DefaultServices from "effect\/DefaultServices"\n/gm, ""],
  [/\bEncoding\.encodeBase64\b/g, "Base64.encode"],
  [/\* as Encoding from "effect\/Encoding"/g, "* as Base64 from \"effect/encoding/Base64\""],
  [/\bRpc(Server|Client)\.Protocol\["Type"\]/g, "Rpc$1.Protocol[\"Service\"]"],
  [/"@effect\/rpc\/Rpc(Server|Client)\/Protocol"/g, "\"effect/rpc/Rpc$1/Protocol\""],
  [/\bEffect\.yieldNow\(\{[^}]*\}\)/g, "Effect.yieldNow"],
  [/\.pipe\(Schema\.maxLength\(([^()]*)\)\)/g, ".check(Schema.isMaxLength($1))"],
  [
    /\.pipe\(Schema\.between\(([^(),]*), ([^(),]*)\)\)(\.annotations)?/g,
    (_, minimum, maximum, annotations) =>
      `.check(Schema.isBetween({ minimum: ${minimum}, maximum: ${maximum} }))${
        annotations === undefined ? "" : ".annotate"
      }`
  ],
  [
    /\busage: \{ inputTokens: ([^,{}]+), outputTokens: ([^,{}]+), totalTokens: [^,{}]+ \}/g,
    "usage: { inputTokens: { total: $1 }, outputTokens: { total: $2 } }"
  ],
  [/"InterruptedException/g, "\"InterruptError"],
  [
    /\b([\w.]+)\.cause\._tag === "(Die|Fail)" \? \1\.cause\.(defect|error)/g,
    "$1.cause.reasons[0]?._tag === \"$2\" ? $1.cause.reasons[0].$3"
  ],
  // Without an identifier, the name of an error is its tag.
  [/\bSchema\.TaggedError<(\w+)>\("[^"]+"\)/g, "Schema.TaggedError<$1>()"],
  [/\btoolkitName: "/g, "customName: \""],
  [/\bargs: \{\}/g, "args: Schema.Struct({})"],
  [/\b_tag === "Right"/g, "_tag === \"Success\""],
  [/\b_tag === "Left"/g, "_tag === \"Failure\""],
  [/\b(built|encoded|decoded|params|verdict)\.right\b/g, "$1.success"],
  [/\b(built|encoded|decoded|params)\.left\b/g, "$1.failure"],
  [/\bSchema\.Defect\b(?!\()/g, "Schema.Defect()"],
  [/\bdisableValidation: true/g, "disableChecks: true"],
  [/\bLanguageModel\.Service\b/g, "LanguageModel.LanguageModel"],
  [/\bSchema\.Schema\.(Any|All|AnyNoContext)\b/g, "Schema.Top"],
  [/\bSchema\.Schema<(?=[^<>]*(?:<[^<>]*>)?[^<>]*,)/g, "Schema.Codec<"],
  [/"~effect\/ai\/Content\/Part"/g, "\"~effect/ai/Response/Part\""],
  [/\b(Schema\.\w+)\.annotations\(/g, "$1.annotate("],
  [/\bEffect\.gen\(this, /g, "Effect.gen({ self: this }, "],
  [/^import (?:type )?\* as FiberId from "effect\/FiberId"\n/gm, ""],
  [/\bFiberId\.none\b/g, ""],
  [/\(yield\* Fiber\.interrupt\((\w+)\)\)/g, "(yield* Effect.andThen(Fiber.interrupt($1), Fiber.await($1)))"],
  [/\.unsafeInterruptAsFork\((?:\w+\.id\(\))?\)/g, ".interruptUnsafe()"],
  [/\b(\w+)\.interruptAsFork\(\1\.id\(\)\)/g, "Effect.sync(() => $1.interruptUnsafe())"],
  [
    /\bconst OtelSpanTypeId: unique symbol = Symbol\.for\("@effect\/opentelemetry\/Tracer\/OtelSpan"\)/g,
    "const OtelSpanTypeId = \"~@effect/opentelemetry/OtelTracer/OtelSpan\""
  ],
  [/\bTimeoutException\b/g, "TimeoutError"],
  [/\bNodeContext\b/g, "NodeServices"],
  [/\bit\.scopedLive\b/g, "it.live"],
  [/\bit\.scoped\b/g, "it.effect"],
  [/_tag: "SpanLink",\s*/g, ""],
  [/\bonLeft:/g, "onFailure:"],
  [/\bonRight:/g, "onSuccess:"],
  [/\bunsafeMap\b/g, "mapUnsafe"],
  [/\bunsafeCurrentTimeNanos\b/g, "currentTimeNanosUnsafe"],
  [/\bunsafeCurrentTimeMillis\b/g, "currentTimeMillisUnsafe"],
  [/\bunsafePoll\b/g, "pollUnsafe"],
  [/\.unsafeOpen\(/g, ".openUnsafe("],
  [/\.unsafeClose\(/g, ".closeUnsafe("],
  [/\bfiber\.currentContext\b/g, "fiber.context"],
  [/\bfiber\.currentSpan\b/g, "fiber.cache.span"],
  [/\bfiber\.currentTracer\b/g, "tracerOf(fiber)"],
  // A fiber that has not ended has no exit; it was null in Effect 3.
  [/\bpollUnsafe\(\) (===|!==) null\b/g, "pollUnsafe() $1 undefined"],
  [/\brequiresEffect3\b/g, "requiresEffect4"],
  [/\bContext\.Tag\(("[^"]+"|\w+)\)<\s*(\w+),\s*([^;{}]+?)\s*>\(\)/g, "Context.Service<$2, $3>()($1)"],
  [/\bContext\.GenericTag<([^>]+)>\(/g, "Context.Service<$1>("],
  [/\bContext\.Tag</g, "Context.Service<"],
  [
    /\bContext\.Reference<\w+>\(\)\(("[^"]+"|\w+),\s*\{\s*defaultValue: \(\): ([\w.<>| ]+) =>/g,
    "Context.Reference<$2>($1, {\n  defaultValue: (): $2 =>"
  ]
]

/** Modules that are imported if a rule or a patch made a file use them. */
export const importable = [
  "Clock",
  "Context",
  "Fiber",
  "Latch",
  "Option",
  "Queue",
  "References",
  "Result",
  "Scheduler",
  "Semaphore",
  "Tracer"
]
