/** An error like those of the system. */
export const systemError = (code: string): Error => Object.assign(new Error(`${code}: injected`), { code })
