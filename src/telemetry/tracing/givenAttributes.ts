/**
 * Attributes that may be given as a function.
 */
import { ownNames } from "../../records/vocabulary.js"
import type { AttributesInput, LazyAttributes } from "../input.js"

/** The attributes, or the result of the function that returns them. */
export const givenAttributes = (attributes: LazyAttributes | undefined): AttributesInput | undefined => {
  if (typeof attributes !== "function") {
    return attributes
  }
  try {
    return attributes()
  } catch {
    return { [ownNames.unreadAttributes]: "<unserializable>" }
  }
}
