/** An error as the system makes it. */
export const systemError = (code: string): Error => Object.assign(new Error(`${code}: injected`), { code })
