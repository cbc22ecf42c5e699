/**
 * Canvases as sharp as the screen.
 */

/** Clears a canvas, gives it a pixel for each of the screen's, and returns what to draw with; `undefined` if the browser has none. */
export const sharpContext = (canvas: HTMLCanvasElement): CanvasRenderingContext2D | undefined => {
  canvas.width = Math.max(1, Math.round(canvas.clientWidth * window.devicePixelRatio))
  canvas.height = Math.max(1, Math.round(canvas.clientHeight * window.devicePixelRatio))
  return canvas.getContext("2d") ?? undefined
}
