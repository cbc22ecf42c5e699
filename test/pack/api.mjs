/**
 * The public API as files that are reviewed: `api/NAME.api.md` for each entry point, made by API Extractor of the built declarations, and the size of each
 * in `api/sizes.json`. A change of what users can import has to change them.
 *
 * `npm run generate:api` writes them; `npm run test:pack` compares them. Needs a build. The trap: one program for all entry points saves most of the time,
 * so that every entry point has to be named where it is made.
 */
import { CompilerState, Extractor, ExtractorConfig } from "@microsoft/api-extractor"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { exports, modules, repository, specifier } from "./manifest.mjs"
import { check } from "./outcome.mjs"
import { differentSizes, sizesOf } from "./sizes.mjs"

const folder = join(repository, "api")
const sizesFile = join(folder, "sizes.json")

/** `@types/node` declares some of these globals in a way that API Extractor can't follow; the browser's library has them plainly. */
const lib = ["ES2023", "ES2024.String", "DOM", "DOM.AsyncIterable"]

const compilerOptions = {
  target: "ES2022",
  lib,
  module: "NodeNext",
  moduleResolution: "NodeNext",
  types: ["node"],
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true
}

const silent = { default: { logLevel: "none" } }

/** How the report of an entry point is made. Comments are left out of it: they are no part of what can break. */
const configOf = (subpath, reportTempFolder) =>
  ExtractorConfig.prepare({
    configObject: {
      projectFolder: repository,
      mainEntryPointFilePath: join(repository, exports[subpath].types),
      newlineKind: "lf",
      compiler: { overrideTsconfig: { compilerOptions, files: [join(repository, exports["."].types)] } },
      apiReport: {
        enabled: true,
        includeForgottenExports: true,
        reportFileName: `${subpath === "." ? "root" : subpath.slice(2)}.api.md`,
        reportFolder: folder,
        reportTempFolder
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: { extractorMessageReporting: silent, tsdocMessageReporting: silent }
    },
    packageJsonFullPath: join(repository, "package.json")
  })

/** Makes the report of each entry point; `written` replaces those in the repository. */
const reports = (written) => {
  const temporary = mkdtempSync(join(tmpdir(), "loom-api-"))
  try {
    const configs = modules.map((subpath) => [subpath, configOf(subpath, temporary)])
    const [[, first], ...others] = configs
    const compilerState = CompilerState.create(first, {
      additionalEntryPoints: others.map(([, config]) => config.mainEntryPointFilePath)
    })
    // What it has to say is in the result.
    const messageCallback = (message) => message.handled = true
    return configs.map(([subpath, config]) => [
      subpath,
      Extractor.invoke(config, { compilerState, localBuild: written, messageCallback })
    ])
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

/** Compares the built declarations and code with the files in `api/`. */
export const checkApi = async () => {
  for (const [subpath, { apiReportChanged }] of reports(false)) {
    check(
      `the API of ${specifier(subpath)} is the one in api/`,
      apiReportChanged ? "it differs: review `git diff api` after `npm run generate:api`" : undefined
    )
  }
  for (const [entry, problem] of differentSizes(await sizesOf(), JSON.parse(readFileSync(sizesFile, "utf8")))) {
    check(`the size of ${entry} is the one in api/sizes.json`, problem)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(folder, { recursive: true })
  reports(true)
  writeFileSync(sizesFile, `${JSON.stringify(await sizesOf(), null, 2)}\n`)
}
