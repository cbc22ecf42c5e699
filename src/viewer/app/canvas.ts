/**
 * Canvases at the screen's resolution.
 */

/** Clears a canvas, sets it to the screen's resolution, and returns its context; `undefined` if the browser provides none. */
export const sharpContext = (canvas: HTMLCanvasElement): CanvasRenderingContext2D | undefined => {
  canvas.width = Math.max(1, Math.round(canvas.clientWidth * window.devicePixelRatio))
  canvas.height = Math.max(1, Math.round(canvas.clientHeight * window.devicePixelRatio))
  return canvas.getContext("2d") ?? undefined
}
