/**
 * Numbers trace ids in the order in which they are first seen, in about 30 bytes each. The ids themselves are not kept: they are compared by 128
 * bits, which for the usual ids of 32 hexadecimal digits are the id itself.
 */
import { Column } from "./Column.js"

const lanes = 4

const hexId = /^[0-9a-f]{32}$/

/** The digits of an id, or 128 bits of a hash of any other text (FNV-1a, four times with different starts). */
const bitsOf = (id: string, out: Uint32Array): void => {
  const isHex = hexId.test(id)
  for (let lane = 0; lane < lanes; lane++) {
    out[lane] = isHex ? parseInt(id.slice(lane * 8, lane * 8 + 8), 16) : hashOf(id, lane)
  }
}

const hashOf = (text: string, seed: number): number => {
  let hash = Math.imul(0x811c9dc5 ^ seed, 0x9e3779b1)
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
    hash ^= hash >>> 15
  }
  return hash >>> 0
}

export class TraceIds {
  private readonly bits = Column.whole32()
  /** A hash table of numbers plus one; 0 is an empty place. */
  private places = new Uint32Array(1024)
  private readonly searched = new Uint32Array(lanes)
  private last: { readonly id: string; readonly number: number } | undefined = undefined
  size = 0

  /** Returns the number of an id. It is new if its number equals `size` before the call. */
  add(id: string): number {
    if (this.last?.id !== id) {
      this.last = { id, number: this.find(id) ?? this.insert() }
    }
    return this.last.number
  }

  /** The number of an id; `undefined` if it was never added. */
  find(id: string): number | undefined {
    bitsOf(id, this.searched)
    for (let place = this.firstPlace();; place = (place + 1) % this.places.length) {
      const number = this.places[place]! - 1
      if (number < 0) {
        return undefined
      }
      if (this.isSearched(number)) {
        return number
      }
    }
  }

  private isSearched(number: number): boolean {
    for (let lane = 0; lane < lanes; lane++) {
      if (this.bits.get(number * lanes + lane) !== this.searched[lane]) {
        return false
      }
    }
    return true
  }

  private insert(): number {
    const number = this.size++
    this.searched.forEach((bits) => this.bits.push(bits))
    if (this.size * 2 > this.places.length) {
      this.widen()
    } else {
      this.put(number)
    }
    return number
  }

  private widen(): void {
    this.places = new Uint32Array(this.places.length * 2)
    for (let number = 0; number < this.size; number++) {
      for (let lane = 0; lane < lanes; lane++) {
        this.searched[lane] = this.bits.get(number * lanes + lane)
      }
      this.put(number)
    }
  }

  private put(number: number): void {
    let place = this.firstPlace()
    while (this.places[place] !== 0) {
      place = (place + 1) % this.places.length
    }
    this.places[place] = number + 1
  }

  private firstPlace(): number {
    const [a, b, c, d] = this.searched
    return (Math.imul(a! ^ Math.imul(b!, 0x9e3779b1) ^ Math.imul(c!, 0x85ebca6b) ^ d!, 0xc2b2ae35) >>> 0) %
      this.places.length
  }
}
