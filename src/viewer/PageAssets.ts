/**
 * The page's script, style and settings.
 */

/** The bundled script and style, with the hashes that the page's policy allows. */
export interface PageAssets {
  /** Contains neither `</script` nor `<!--`. */
  readonly script: string
  /** Does not contain `</style`. */
  readonly style: string
  /** SHA-256 of the script's UTF-8 bytes, base64. */
  readonly scriptHash: string
  /** The same for the style. */
  readonly styleHash: string
}

/** The settings of one page: written into it as JSON by `renderPage`, read by its script. */
export interface PageSettings {
  /** Shown in the page's bar and tab: the file's name, for example. */
  readonly title: string
  /** The event stream of new records, relative to the page's own address. */
  readonly live?: { readonly url: string }
}
