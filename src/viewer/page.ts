/**
 * Renders the page: one HTML file that opens from disk, fetches nothing and shows the records in it.
 *
 * Records may contain an attacker's text, so they are in a data block that they cannot close, the page's script puts them into text nodes only, and
 * the page's policy allows no other script. The trap: the policy identifies script and style by their hashes, so changing a byte of either breaks the
 * page.
 */
import type { PageAssets, PageSettings } from "./PageAssets.js"

export type { PageAssets, PageSettings } from "./PageAssets.js"

export interface PageOptions extends PageSettings {
  /** The records, one JSON object per line; the page counts bad lines. Default: none, and the page asks for a file. */
  readonly jsonl?: string
}

/** A whole page. For records that do not fit into memory, use `pageParts`. */
export const renderPage = (assets: PageAssets, options: PageOptions): string => {
  const { head, tail } = pageParts(assets, options)
  return `${head}${escapeData(options.jsonl ?? "")}${tail}`
}

/** The parts before and after the records. Between them goes the file, chunk by chunk through `escapeData`. */
export const pageParts = (
  assets: PageAssets,
  { live, title }: PageSettings
): { readonly head: string; readonly tail: string } => {
  const settings: PageSettings = live === undefined ? { title } : { title, live }
  return {
    head: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${pageCsp(assets, live !== undefined)}">
<meta name="viewport" content="width=device-width">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:image/svg+xml,${icon}">
<style>${assets.style}</style>
</head>
<body>
<noscript>This page needs JavaScript to show its traces.</noscript>
<script type="application/json" id="settings">${escapeData(JSON.stringify(settings))}</script>
<script type="text/plain" id="records">
`,
    tail: `</script>
<script>${assets.script}</script>
</body>
</html>
`
  }
}

/** The page's Content-Security-Policy; also send it as a header if you serve the page. */
export const pageCsp = (assets: PageAssets, live: boolean): string =>
  [
    "default-src 'none'",
    `script-src 'sha256-${assets.scriptHash}'`,
    `style-src 'sha256-${assets.styleHash}'`,
    "img-src data:",
    `connect-src ${live ? "'self'" : "'none'"}`,
    "base-uri 'none'",
    "form-action 'none'"
  ].join("; ")

/**
 * Escapes text for a data block, which ends at `</script>` and has no escapes of its own: `<` becomes a JSON escape. Records contain it only in JSON
 * strings, where the escape means the same. Chunks may be split anywhere.
 */
export const escapeData = (text: string): string => text.replaceAll("<", "\\u003c")

const escapeHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\"", "&quot;")

const icon = encodeURIComponent(
  "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><g fill='#2f5bd7'><rect x='1' y='2' width='14' height='3' rx='1'/>" +
    "<rect x='3' y='7' width='8' height='3' rx='1'/><rect x='6' y='12' width='6' height='3' rx='1'/></g></svg>"
)
