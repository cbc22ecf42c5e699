/**
 * The page's own script and style, finished: one text each, with the hashes by which the page's policy knows them.
 */

/** Script and style of the page. */
export interface PageAssets {
  /** Holds neither `</script` nor `<!--`. */
  readonly script: string
  /** Holds no `</style`. */
  readonly style: string
  /** SHA-256 of the script's UTF-8 bytes, base64. */
  readonly scriptHash: string
  /** The same of the style. */
  readonly styleHash: string
}

/** The settings of one page. */
export interface PageSettings {
  /** Stands in the page's bar and names its tab: the file's name, for example. */
  readonly title: string
  /** Where to hear of new records: an event stream, relative to the page's own address. */
  readonly live?: { readonly url: string }
}
