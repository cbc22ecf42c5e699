/**
 * The second half of `npm run build`, after the compiler: the command line as one file that needs no other package, and the page's script and style as texts.
 *
 * Given a folder, it makes them there and touches nothing else, as the tests of the command line do. Else they go to dist/, and what the compiler made of
 * these sources is taken out of it: it would need packages that users do not have.
 */
import { build } from "esbuild"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { tsImport } from "tsx/esm/api"

const [given] = process.argv.slice(2)
const outdir = given ?? "dist/cli"

const { version } = JSON.parse(readFileSync("package.json", "utf8"))

const { assetsModule, buildAssets } = await tsImport("./src/viewer/build.ts", import.meta.url)

if (given === undefined) {
  rmSync("dist/viewer", { recursive: true, force: true })
  rmSync("dist/cli", { recursive: true, force: true })
}

const shared = {
  bundle: true,
  minify: true,
  // Names stay readable in stack traces, without a map beside it.
  keepNames: false,
  format: "esm",
  platform: "node",
  target: "node20",
  legalComments: "none",
  // An optional peer with a native library.
  external: ["@duckdb/node-api"],
  define: { LOOM_TELEMETRY_VERSION: JSON.stringify(version) },
  // Some packages inside are CommonJS and ask for Node's own modules.
  banner: {
    js:
      "import { createRequire as __createRequire } from \"node:module\";const require = __createRequire(import.meta.url);"
  }
}

await build({
  ...shared,
  entryPoints: ["src/cli/bin.ts"],
  outdir,
  plugins: [{
    name: "other-files",
    setup: ({ onResolve }) => {
      onResolve({ filter: /viewer\/assets\.js$/ }, () => ({ path: "./assets.js", external: true }))
      onResolve({ filter: /mcp\/protocol\.js$/ }, () => ({ path: "./protocol.js", external: true }))
    }
  }]
})
// Only `mcp` loads the one; the other runs in threads of its own.
const others = { protocol: "src/cli/mcp/protocol.ts", worker: "src/cli/parallel/worker.ts" }
await build({ ...shared, entryPoints: others, outdir })
writeFileSync(join(outdir, "assets.js"), assetsModule(await buildAssets()))
