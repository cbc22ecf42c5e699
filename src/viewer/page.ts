/**
 * The page as text: one HTML file that opens from disk, fetches nothing and shows the records that stand in it.
 *
 * Everything in a record may be an attacker's text, so the records stand in a data block that they cannot close, the page's script puts them into
 * text nodes only, and the page's policy runs nothing but that one script. The trap: the policy names script and style by their hashes, so whoever
 * changes a byte of the page's own parts after this has a page that does nothing.
 */
import type { PageAssets, PageSettings } from "./PageAssets.js"

export type { PageAssets, PageSettings } from "./PageAssets.js"

/** What a page is made of. */
export interface PageOptions extends PageSettings {
  /** The records as they stand in a file, one JSON object a line; bad lines are counted by the page. Default: none, and the page asks for a file. */
  readonly jsonl?: string
}

/** A whole page. For records that do not fit into memory see `pageParts`. */
export const renderPage = (assets: PageAssets, options: PageOptions): string => {
  const { head, tail } = pageParts(assets, options)
  return `${head}${escapeData(options.jsonl ?? "")}${tail}`
}

/** What stands before and after the records: between them goes the file, piece by piece through `escapeData`. */
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
<noscript>This page draws its traces with a script, which is switched off here.</noscript>
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

/** The page's Content-Security-Policy, also to be sent as a header where the page is served. */
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
 * Text for a data block, which ends at `</script>` and knows no escapes of its own: `<` is written as JSON would write it. In a JSON string, the only
 * place of a record where it can stand, that means the same. Pieces may be cut anywhere.
 */
export const escapeData = (text: string): string => text.replaceAll("<", "\\u003c")

const escapeHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\"", "&quot;")

const icon = encodeURIComponent(
  "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><g fill='#2f5bd7'><rect x='1' y='2' width='14' height='3' rx='1'/>" +
    "<rect x='3' y='7' width='8' height='3' rx='1'/><rect x='6' y='12' width='6' height='3' rx='1'/></g></svg>"
)
