/**
 * Attributes that may be a function.
 */
import { ownNames } from "../../records/vocabulary.js"
import type { AttributesInput, LazyAttributes } from "../input.js"

/** The attributes, made where they are a function. */
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
