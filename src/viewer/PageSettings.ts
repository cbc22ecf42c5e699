/**
 * What a page is told about itself: written into it as JSON by `renderPage`, read by its script.
 */

/** The settings of one page. */
export interface PageSettings {
  /** Stands in the page's bar and names its tab: the file's name, for example. */
  readonly title: string
  /** Where to hear of new records: an event stream, relative to the page's own address. */
  readonly live?: { readonly url: string }
}
